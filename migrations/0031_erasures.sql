-- Retention and erasure. What names a person is taken out of the file when its term has ended, and nothing else is: the
-- log keeps the leaf of every entry, a commitment that opens no more once value and salt are gone. An erasure is proposed
-- by one person and carried out by another, whole, in one transaction. Every table lets exactly that through.

-- Erasures.

insert into life_cycles (name, table_name) values ('erasure', 'erasures');
insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('erasure', 'none', 'propose', 'proposed'),
    ('erasure', 'proposed', 'carry_out', 'carried_out'),
    ('erasure', 'proposed', 'withdraw', 'withdrawn');

create table erasures (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    kind text not null,
    subject_id uuid not null,
    needed_until date not null,
    years integer not null,
    term_ended date not null,
    found jsonb not null,
    proposed_by uuid not null,
    carried_out_by uuid,
    carried_out_in xid8,
    erased jsonb,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint erasures_pk primary key (id),
    constraint erasures_reference_uq unique (reference),
    constraint erasures_kind_known check (kind in ('person', 'end_user', 'signatory')),
    constraint erasures_proposed_by_fk foreign key (proposed_by) references people (id),
    constraint erasures_carried_out_by_fk foreign key (carried_out_by) references people (id),
    constraint erasures_four_eyes check (carried_out_by <> proposed_by),
    constraint erasures_after_term check (term_ended >= needed_until and years >= 1),
    constraint erasures_carried_out_whole check
        ((status = 'carried_out') <= (carried_out_by is not null and carried_out_in is not null))
);
comment on table erasures is 'Erasures of what names a person: proposed by one, carried out by another. They name nobody.';
comment on column erasures.id is 'UUIDv7';
comment on column erasures.reference is 'ER-2026-000123';
comment on column erasures.version is 'the version of the last step';
comment on column erasures.status is 'where the erasure stands';
comment on column erasures.kind is 'whose data: a person of staff or of an exporter, a natural person who is an end user, the signatory of a declaration';
comment on column erasures.subject_id is 'the person, the end user or the declaration';
comment on column erasures.needed_until is 'the last day on which anything on file needed the data';
comment on column erasures.years is 'the term after it, in years, as it was configured';
comment on column erasures.term_ended is 'the day on which the term ended';
comment on column erasures.found is 'what would be erased, as counts by table and column, when it was proposed';
comment on column erasures.proposed_by is 'who proposed it';
comment on column erasures.carried_out_by is 'who carried it out: another person';
comment on column erasures.carried_out_in is 'the transaction that carries it out: in it alone the triggers let it through';
comment on column erasures.erased is 'what was erased, as counts by table and column';
comment on column erasures.created_at is 'when it came on file';
comment on column erasures.updated_at is 'when it last moved';
select follow_history('erasures', 'erasure');
create unique index erasures_open_uq on erasures (kind, subject_id) where status in ('proposed', 'carried_out');

create function refuse_erasure_rewrite() returns trigger language plpgsql as $$
begin
    if (new.id, new.reference, new.kind, new.subject_id, new.needed_until, new.years, new.term_ended, new.found,
        new.proposed_by, new.created_at)
           is distinct from
       (old.id, old.reference, old.kind, old.subject_id, old.needed_until, old.years, old.term_ended, old.found,
        old.proposed_by, old.created_at)
       or (old.carried_out_by is not null
           and (new.carried_out_by, new.carried_out_in) is distinct from (old.carried_out_by, old.carried_out_in))
       or (new.carried_out_in is distinct from old.carried_out_in and new.carried_out_in <> pg_current_xact_id())
       or (old.erased is not null and new.erased is distinct from old.erased)
    then
        raise exception 'an erasure is carried out as it was proposed, once'
            using errcode = 'restrict_violation', constraint = 'erasures_not_edited';
    end if;
    return new;
end $$;
comment on function refuse_erasure_rewrite() is 'Refuses to change what an erasure is of, who proposed it, and that it was carried out.';
create trigger erasures_not_edited before update on erasures for each row execute function refuse_erasure_rewrite();
select guard_rows('erasures', null);

-- Entries that lost what they recorded.

alter table audit_entries
    alter column particulars drop not null,
    alter column salt drop not null,
    alter column verdict_salt drop not null,
    add column content_salt bytea default '',
    add column erasure_id uuid,
    add constraint audit_entries_erasure_fk foreign key (erasure_id) references erasures (id),
    add constraint audit_entries_content_salt_256_bits check (octet_length(content_salt) in (0, 32)),
    add constraint audit_entries_particulars_erased_whole check ((particulars is null) = (salt is null)),
    add constraint audit_entries_verdict_has_salt check (verdict is null or verdict_salt is not null),
    add constraint audit_entries_erased_by_erasure check
        ((erasure_id is null) = (salt is not null and verdict_salt is not null));
alter table audit_entries alter column content_salt set default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
comment on column audit_entries.particulars is 'what was recorded: the content after the act; null with its salt where it was erased';
comment on column audit_entries.verdict_salt is 'the same for the verdict; null where the verdict was erased';
comment on column audit_entries.content_salt is
    'what the digest of the content is made with: empty in entries from before it was, null where an erasure took it';
comment on column audit_entries.erasure_id is 'the erasure that took what it recorded';
create index audit_entries_erasure_ix on audit_entries (erasure_id) where erasure_id is not null;
drop index audit_entries_verdict_ix;
create index audit_entries_judged_ix on audit_entries (id) where verdict is not null or verdict_salt is null;
comment on index audit_entries_judged_ix is 'the entries that hold or held a verdict: replays';

-- What the registry holds on a subject, for its digest in the log: the table of each kind, and those of its parts with
-- the column that names the whole.
create function content_parts() returns table (kind text, name text, key text, part boolean)
language sql immutable parallel safe as $$
    values
        ('allegation', 'allegations', 'id', false), ('application', 'applications', 'id', false),
        ('assessment', 'assessments', 'id', false), ('declaration', 'declarations', 'id', false),
        ('declaration_template', 'declaration_templates', 'id', false), ('end_user', 'end_users', 'id', false),
        ('erasure', 'erasures', 'id', false), ('exemption', 'exemptions', 'id', false),
        ('exporter', 'exporters', 'id', false), ('license', 'licenses', 'id', false),
        ('measure', 'measures', 'id', false), ('objection', 'objections', 'id', false),
        ('override', 'overrides', 'id', false), ('person', 'people', 'id', false),
        ('product', 'products', 'id', false), ('review', 'reviews', 'id', false),
        ('revocation', 'revocations', 'id', false), ('token', 'tokens', 'id', false),
        ('application', 'application_lines', 'application_id', true),
        ('application', 'application_positions', 'application_id', true),
        ('application', 'application_reopenings', 'application_id', true),
        ('application', 'decisions', 'application_id', true),
        ('application', 'declaration_uses', 'application_id', true),
        ('assessment', 'assessment_considerations', 'assessment_id', true),
        ('assessment', 'assessment_positions', 'assessment_id', true),
        ('assessment', 'assessment_scores', 'assessment_id', true),
        ('declaration', 'declaration_items', 'declaration_id', true),
        ('license', 'license_conditions', 'license_id', true),
        ('license', 'license_draw_downs', 'license_id', true),
        ('license', 'license_freezes', 'license_id', true),
        ('license', 'license_lines', 'license_id', true),
        ('license', 'license_reinstatements', 'license_id', true),
        ('measure', 'measure_agreements', 'measure_id', true),
        ('measure', 'measure_contents', 'measure_id', true),
        ('override', 'override_dissents', 'override_id', true),
        ('product', 'product_classifications', 'product_id', true),
        ('review', 'review_evidence', 'review_id', true),
        ('revocation', 'revocation_hearings', 'revocation_id', true)
$$;
comment on function content_parts() is 'The tables whose rows are the content of a kind of subject, and the column that names the subject.';

-- Left out is what changes without an entry of the subject: when a row was last touched, when a key was last shown or an
-- override used. Nulls are left out, so that a column that is added later, and is null, changes nothing.
create or replace function audit_content(of_kind text, ids uuid[]) returns table (id uuid, content jsonb)
language plpgsql stable set timezone = 'UTC' as $$
declare
    whole text;
    parts text;
begin
    select p.name into whole from content_parts() p where p.kind = of_kind and not p.part;
    if whole is null then
        return;
    end if;
    select string_agg(format(
        $part$ || jsonb_build_object(%1$L, (select coalesce(jsonb_agg(p.part order by p.part::text collate "C"), '[]')
            from (select jsonb_strip_nulls(to_jsonb(p) - 'updated_at') as part from %1$I p where p.%2$I %3$s) as p))$part$,
        t.name, t.key, t.is), '' order by t.name) into parts
      from (select p.kind, p.name, p.key, '= w.id' as is from content_parts() p where p.part
            union all values ('application', 'decision_lines', 'decision_id',
                'in (select d.id from decisions d where d.application_id = w.id)')) t
     where t.kind = of_kind;
    return query execute format(
        'select w.id, jsonb_strip_nulls(to_jsonb(w) - array[''updated_at'', ''used_at'', ''last_used_at'', ''life_cycle'']) %s from %I w where w.id = any ($1)',
        coalesce(parts, ''), whole) using ids;
end $$;

-- Words that name a person, and where they stand.

create function erasure_words(of_kind text, of_subject uuid) returns text[] language sql stable as $$
    select array_agg(distinct word) from (
        -- The two that hold no key are the registry itself.
        select handle from people where of_kind = 'person' and id = of_subject and created_at > '2020-01-01Z'
        union all select login from tokens where of_kind = 'person' and person_id = of_subject
        union all select name from end_users where of_kind = 'end_user' and id = of_subject and kind = 'individual'
        -- A place of use that is a name of one word would be looked for in every address.
        union all select address from end_users where of_kind = 'end_user' and id = of_subject and kind = 'individual' and address ~ '[[:space:]]'
        union all select signatory_name from declarations where of_kind = 'signatory' and id = of_subject) as t (word)
     where length(word) > 1
$$;
comment on function erasure_words(text, uuid) is 'The words that name a person: a handle and logins, a name and an address, the name of a signatory.';

create function words_pattern(of_kind text, words text[], loosely boolean) returns text language sql immutable as $$
    select '(' || string_agg(case
               when loosely then escaped || case when as_json <> escaped then '|' || as_json else '' end
               -- A handle of letters alone can be any word: it is looked for where it is all that stands there.
               when of_kind = 'person' and word ~ '^[a-z]+$' then '^' || escaped || '$'
               when of_kind = 'person' then '(?<![[:alnum:]._-])' || escaped || '(?![[:alnum:]_-]|[.][[:alnum:]])'
               else '(?<![[:alnum:]])' || escaped || '(?![[:alnum:]])' end, '|' order by length(word) desc, word) || ')'
      from (select word, regexp_replace(regexp_replace(word, '([^[:alnum:][:space:]])', '\\\1', 'g'), '[[:space:]]+', '[[:space:]]+', 'g') as escaped,
                   regexp_replace(regexp_replace(trim(both '"' from to_jsonb(word)::text), '([^[:alnum:][:space:]])', '\\\1', 'g'), '[[:space:]]+', '[[:space:]]+', 'g') as as_json
              from unnest(words) as word) w
$$;
comment on function words_pattern(text, text[], boolean) is
    'A pattern of words as they stand in a text; loosely, of whatever may hold one, also as JSON.';

create function erased_json(was jsonb, pattern text, mark text) returns jsonb language plpgsql immutable cost 10000 as $$
begin
    case jsonb_typeof(was)
    when 'string' then
        return to_jsonb(regexp_replace(was #>> '{}', pattern, mark, 'gi'));
    when 'array' then
        return (select coalesce(jsonb_agg(erased_json(e.part, pattern, mark) order by e.n), '[]')
                  from jsonb_array_elements(was) with ordinality e (part, n));
    when 'object' then
        -- What these say is a word of the rules, whoever is called the same.
        return (select coalesce(jsonb_object_agg(e.name, case
                    when e.name in ('role', 'actor_role', 'actorRole', 'requested_role', 'body', 'ministry', 'status', 'act',
                                    'action', 'kind', 'life_cycle', 'from_status', 'to_status', 'from', 'to', 'source',
                                    'outcome', 'rule') then e.part
                    else erased_json(e.part, pattern, mark) end), '{}')
                  from jsonb_each(was) e (name, part));
    else
        return was;
    end case;
end $$;
comment on function erased_json(jsonb, text, text) is 'A value with what matches a pattern in its strings replaced by a mark.';

create function erased_row(of_kind text, of_subject uuid, in_table text, was jsonb, pattern text, mark text) returns jsonb
language sql immutable cost 20000 as $$
    select erased_json(was, pattern, mark) || case
        when of_kind = 'end_user' and in_table = 'end_users' and was ->> 'id' = of_subject::text then
            jsonb_build_object('name', mark, 'address', case when was ->> 'address' is not null then mark end)
        when of_kind = 'signatory' and in_table = 'declarations' and was ->> 'signatory_name' ~* pattern then
            jsonb_build_object('signatory_name', mark, 'signatory_title', mark)
        when of_kind = 'person' and in_table = 'people' and was ->> 'id' = of_subject::text then
            jsonb_build_object('handle', mark)
        when of_kind = 'person' and in_table = 'tokens' and was ->> 'person_id' = of_subject::text then
            jsonb_build_object('name', mark, 'login', case when was ->> 'login' is not null then mark || '.' || (was ->> 'id') end)
        else '{}'::jsonb end
$$;
comment on function erased_row(text, uuid, text, jsonb, text, text) is
    'The erased form of a row: words that name the person replaced by the mark, and the columns that are the person''s own.';

create function erasure_mark(of_kind text, of_reference text) returns text language sql immutable as $$
    select case of_kind when 'person' then 'erased-' || lower(of_reference) else '[erased ' || of_reference || ']' end
$$;
comment on function erasure_mark(text, text) is 'What stands in place of what was erased: another for each erasure; of a person a handle.';

-- Not looked through are the log, what the world publishes, and what is kept for a day.
create function tables_with_words() returns table (name text, names text[], texts text[])
language sql stable as $$
    select c.relname::text, array_agg(a.attname::text order by a.attnum),
           array_agg(case a.atttypid when 'text[]'::regtype then format('array_to_string(t.%I, E''\n'')', a.attname)
                     else format('t.%I::text', a.attname) end order by a.attnum)
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attgenerated = ''
       and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
       and c.relname not in (
           '_sqlx_migrations', 'audit_checkpoints', 'audit_cosignatures', 'audit_entries', 'audit_keys', 'arms_embargoes',
           'control_list_entries', 'erasures', 'idempotent_answers', 'life_cycle_transitions', 'life_cycles', 'programmes',
           'reference_counters', 'reference_editions', 'screening_editions', 'screening_entries', 'service_keys',
           'territories', 'territory_names')
     group by c.relname
$$;
comment on function tables_with_words() is 'The tables whose texts an erasure looks through, each with its columns as text.';

-- A row that names the person. Its own rows are those that the words are read from.
create type word_found as (
    in_table text, place tid, columns text[], subject_kind text, subject_id uuid, subject_version integer, own boolean);
comment on type word_found is 'A row that names a person, the columns in which it does, and the subject that it is of.';

create function words_found(of_kind text, of_subject uuid, mark text) returns setof word_found
language plpgsql stable as $$
declare
    words text[] := erasure_words(of_kind, of_subject);
    pattern text := words_pattern(of_kind, words, false);
    loosely text := words_pattern(of_kind, words, true);
    t record;
    own text;
begin
    if words is null then
        return;
    end if;
    for t in select w.*, p.kind, p.key from tables_with_words() w left join content_parts() p on p.name = w.name order by w.name loop
        own := case
            when (of_kind, t.name) in (('end_user', 'end_users'), ('signatory', 'declarations'), ('person', 'people')) then 't.id = $2'
            when (of_kind, t.name) = ('person', 'tokens') then 't.person_id = $2'
            else 'false' end;
        return query execute format(
            'select %1$L::text, t.ctid, array(select c from unnest($6) c where r.was -> c is distinct from e.becomes -> c order by c),
                    %2$s, %3$s, %4$s, %6$s
               from %1$I t cross join lateral (select to_jsonb(t) as was) r
              cross join lateral (select erased_row($1, $2, %1$L, r.was, $3, $5) as becomes) e
              where (concat_ws(E''\n'', %5$s) ~* $4 or %6$s) and e.becomes is distinct from r.was',
            t.name,
            case when t.name = 'history' then 't.life_cycle' else format('%L::text', t.kind) end,
            case when t.name = 'history' then 't.subject_id' when t.key is null then 'null::uuid' else format('t.%I', t.key) end,
            case when t.name = 'history' then 't.version' else 'null::integer' end,
            array_to_string(t.texts, ', '), own)
            using of_kind, of_subject, pattern, loosely, mark, t.names;
    end loop;
    return query select 'audit_entries', e.ctid,
            array_remove(array[case when erased_json(e.particulars, pattern, mark) <> e.particulars then 'particulars' end,
                               case when erased_json(e.verdict, pattern, mark) <> e.verdict then 'verdict' end], null),
            e.subject_kind, e.subject_id, e.subject_version, false
       from audit_entries e
      where e.particulars::text ~* loosely and erased_json(e.particulars, pattern, mark) <> e.particulars
         or e.verdict::text ~* loosely and erased_json(e.verdict, pattern, mark) <> e.verdict;
end $$;
comment on function words_found(text, uuid, text) is 'Every row that names a person: what an erasure would change.';

create function erasure_finds(of_kind text, of_subject uuid)
returns table (in_table text, in_column text, rows bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select f.in_table, c, count(*) from words_found(of_kind, of_subject, erasure_mark(of_kind, 'ER')) f, unnest(f.columns) c
     group by 1, 2 order by 1, 2
$$;
comment on function erasure_finds(text, uuid) is 'What an erasure would change, as counts by table and column.';

create function erasure_named_in(of_kind text, of_subject uuid, says text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(says ~* words_pattern(of_kind, erasure_words(of_kind, of_subject), true), false)
$$;
comment on function erasure_named_in(text, uuid, text) is 'Whether a text names the person: the reasons of an erasure must not.';

create function erasure_awaits_log(of_kind text, of_subject uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from audit_entries e, words_pattern(of_kind, erasure_words(of_kind, of_subject), true) as loosely
         where not exists (select from audit_leaves l where l.entry_id = e.id)
           and (e.particulars::text ~* loosely or e.verdict::text ~* loosely))
$$;
comment on function erasure_awaits_log(text, uuid) is
    'Whether an entry that names the person is not in the log yet: its leaf could not be made of what is left.';

-- The one transition that tables which are never changed let through.
create function erase_only() returns trigger language plpgsql as $$
declare
    e erasures;
    mark text;
    pattern text;
    was jsonb := to_jsonb(old);
    becomes jsonb := to_jsonb(new);
    expected jsonb;
    made text[];
begin
    -- What a rule of the registry does about a row that was let through.
    if pg_trigger_depth() > 1 then
        return new;
    end if;
    select * into e from erasures
     where id::text = current_setting('registry.erasure', true) and status = 'carried_out'
       and carried_out_in = pg_current_xact_id();
    if found then
        mark := erasure_mark(e.kind, e.reference);
        pattern := words_pattern(e.kind, erasure_words(e.kind, e.subject_id), false);
        if tg_table_name = 'audit_entries' then
            expected := was || jsonb_build_object('content_salt', becomes -> 'content_salt');
            if coalesce(becomes -> 'content_salt', 'null') not in ('null', coalesce(was -> 'content_salt', 'null')) then
                expected := null;
            end if;
            if old.particulars is not null and erased_json(old.particulars, pattern, mark) <> old.particulars then
                expected := expected || jsonb_build_object('particulars', null, 'salt', null, 'erasure_id', e.id);
            end if;
            if old.verdict is not null and erased_json(old.verdict, pattern, mark) <> old.verdict then
                expected := expected || jsonb_build_object('verdict', null, 'verdict_salt', null, 'erasure_id', e.id);
            end if;
            if not exists (select from audit_leaves l where l.entry_id = old.id) then
                expected := null;
            end if;
        else
            -- What is generated is not there yet.
            select array_agg(a.attname) into made from pg_attribute a where a.attrelid = tg_relid and a.attgenerated <> '';
            expected := erased_row(e.kind, e.subject_id, tg_table_name, was, pattern, mark) - coalesce(made, '{}');
            becomes := becomes - coalesce(made, '{}');
        end if;
    end if;
    if expected is null or becomes is distinct from expected then
        raise exception '%: an erasure takes what names the person, and nothing else', tg_table_name
            using errcode = 'restrict_violation', constraint = tg_table_name || '_erased_only';
    end if;
    return new;
end $$;
comment on function erase_only() is 'Lets a row through in its erased form alone, in the transaction that carries an erasure out.';

-- Each trigger that refuses a change stands aside for an erasure, and that one takes its place. What is added, deleted or
-- truncated meets it as ever. Not let through are the log and what says which steps there are.
create function admit_erasures() returns void language plpgsql as $$
declare
    apart constant text[] := array[
        '_sqlx_migrations', 'erasures', 'audit_leaves', 'audit_tiles', 'audit_checkpoints', 'audit_cosignatures',
        'audit_keys', 'life_cycle_transitions'];
    idle constant text := 'coalesce(current_setting(''registry.erasure'', true), '''') = ''''';
    t record;
    others text;
    def text;
begin
    for t in
        select g.tgname, g.tgtype::integer as kind, c.relname, pg_get_triggerdef(g.oid) as def,
               (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
                 where a.attrelid = c.oid and a.attnum = any (g.tgattr::smallint[])) as columns
          from pg_trigger g join pg_class c on c.oid = g.tgrelid
         where not g.tgisinternal and c.relnamespace = 'public'::regnamespace and not c.relname = any (apart)
           -- Before an update: 2 and 16 in its type.
           and g.tgtype::integer & 18 = 18 and g.tgname not like '%\_no\_step\_back'
           and pg_get_triggerdef(g.oid) not like '%registry.erasure%'
    loop
        execute format('drop trigger %I on %I', t.tgname, t.relname);
        others := concat_ws(' or ', case when t.kind & 4 > 0 then 'insert' end, case when t.kind & 8 > 0 then 'delete' end,
                            case when t.kind & 32 > 0 then 'truncate' end);
        if others <> '' then
            if t.def like '% WHEN (%' then
                raise exception 'trigger % has a condition on several events', t.tgname;
            end if;
            execute regexp_replace(t.def, ' BEFORE .*? ON ', ' BEFORE ' || others || ' ON ');
        end if;
        def := regexp_replace(t.def, ' BEFORE .*? ON ', ' BEFORE UPDATE' || coalesce(' OF ' || t.columns, '') || ' ON ');
        def := case when t.def like '% WHEN (%'
            then regexp_replace(def, ' WHEN (\(.*\)) EXECUTE FUNCTION ', format(' WHEN (%s AND \1) EXECUTE FUNCTION ', idle))
            else replace(def, ' EXECUTE FUNCTION ', format(' WHEN (%s) EXECUTE FUNCTION ', idle)) end;
        execute replace(def, 'CREATE TRIGGER ' || quote_ident(t.tgname) || ' ',
                        'CREATE TRIGGER ' || quote_ident(t.tgname || case when others <> '' then '_update' else '' end) || ' ');
    end loop;
    for t in
        select c.relname from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relname = any (apart)
           and not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = c.relname || '_erased_only')
    loop
        execute format('create trigger %I before update on %I for each row when (not (%s)) execute function erase_only()',
                       t.relname || '_erased_only', t.relname, idle);
    end loop;
end $$;
comment on function admit_erasures() is
    'Lets erasures, and nothing else, through all that refuses a change. A migration that makes a table or such a trigger calls it again.';
select admit_erasures();

create function carry_out_erasure(of_erasure uuid)
returns table (in_table text, columns text[], subject_kind text, subject_id uuid, subject_version integer, entry_id uuid)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    e erasures;
    mark text;
    words text[];
    pattern text;
    found_words word_found[];
    hit word_found;
begin
    select * into strict e from erasures where id = of_erasure;
    mark := erasure_mark(e.kind, e.reference);
    words := erasure_words(e.kind, e.subject_id);
    pattern := words_pattern(e.kind, words, false);
    -- The words are read from the person's own rows, which come last.
    found_words := array(
        select f from words_found(e.kind, e.subject_id, mark) f order by (f).own, (f).in_table = 'people', (f).in_table);
    perform set_config('registry.erasure', of_erasure::text, true);
    foreach hit in array found_words loop
        in_table := hit.in_table;
        columns := hit.columns;
        subject_kind := hit.subject_kind;
        subject_id := hit.subject_id;
        subject_version := hit.subject_version;
        entry_id := null;
        if hit.in_table = 'audit_entries' then
            update audit_entries a
               set particulars = case when 'particulars' = any (hit.columns) then null else a.particulars end,
                   salt = case when 'particulars' = any (hit.columns) then null else a.salt end,
                   verdict = case when 'verdict' = any (hit.columns) then null else a.verdict end,
                   verdict_salt = case when 'verdict' = any (hit.columns) then null else a.verdict_salt end,
                   content_salt = null, erasure_id = e.id
             where a.ctid = hit.place
            returning a.id into entry_id;
        else
            execute format(
                'update %1$I t set %2$s from %1$I was
                        cross join lateral jsonb_populate_record(null::%1$I, erased_row($1, $2, %1$L, to_jsonb(was), $3, $4)) r
                  where t.ctid = $5 and was.ctid = $5',
                hit.in_table, (select string_agg(format('%1$I = r.%1$I', c), ', ') from unnest(hit.columns) c))
                using e.kind, e.subject_id, pattern, mark, hit.place;
        end if;
        return next;
    end loop;
    perform set_config('registry.erasure', '', true);
    -- Answers are kept for a day, so that a request is done once; one that names the person is forgotten earlier.
    delete from idempotent_answers a
     where a.sealed_by is null and convert_from(a.body, 'UTF8') ~* words_pattern(e.kind, words, true);
end $$;
comment on function carry_out_erasure(uuid) is
    'Takes all that names the person, whole or not at all; gives the rows, the columns and the subjects that they are of.';

-- The digest of what was held on a subject is taken over words that are gone: without its salt nobody can try names on it.
create function forget_contents(of_erasure uuid, subjects uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform set_config('registry.erasure', of_erasure::text, true);
    update audit_entries e set content_salt = null
     where e.subject_id = any (subjects) and e.content_salt is not null
       and exists (select from audit_leaves l where l.entry_id = e.id);
    perform set_config('registry.erasure', '', true);
end $$;
comment on function forget_contents(uuid, uuid[]) is 'Takes the salts of the digests of what was held on subjects before an erasure.';

-- What still needs the data of a person, and the last day on which anything did.
create function erasure_files(of_kind text, of_subject uuid)
returns table (kind text, reference text, open boolean, needed_until date)
language sql stable security definer set search_path = public, pg_temp as $$
    -- Whoever is named the same is the same here: what would be erased with it must not be needed either.
    with named as (
        select words_pattern(of_kind, erasure_words(of_kind, of_subject), false) as pattern),
    end_user as (
        select u.id from end_users u, named n where of_kind = 'end_user' and (u.id = of_subject or u.name ~* n.pattern)),
    declaration as (
        select d.* from declarations d, named n
         where of_kind = 'signatory' and (d.id = of_subject or d.signatory_name ~* n.pattern)
            or d.end_user_id in (select id from end_user)),
    application as (
        select a.* from applications a
         where a.end_user_id in (select id from end_user) or a.declaration_id in (select id from declaration)
            or a.id in (select u.application_id from declaration_uses u where u.declaration_id in (select id from declaration))),
    license as (
        select l.* from licenses l
         where l.end_user_id in (select id from end_user) or l.application_id in (select id from application)),
    proceeding as (
        select r.* from revocations r where r.license_id in (select id from license)),
    file (kind, reference, open, last_day) as (
        select 'end_user', e.reference, false, e.updated_at::date from end_users e where e.id in (select id from end_user)
        union all
        select 'declaration', d.reference, d.status in ('lodged', 'in_verification', 'accepted', 'breach_suspected'),
               greatest(d.updated_at::date, d.valid_until) from declaration d
        union all
        select 'application', a.reference,
               a.status in ('draft', 'submitted', 'returned', 'in_review', 'information_requested', 'referred'),
               a.updated_at::date from application a
        union all
        select 'license', l.reference, l.status in ('active', 'frozen'), greatest(l.updated_at::date, l.valid_until) from license l
        union all
        select 'revocation', r.reference, r.status in ('intended', 'represented', 'waived', 'unanswered'), r.updated_at::date
          from proceeding r
        union all
        select 'objection', o.reference, o.status in ('lodged', 'admissible'), o.updated_at::date from objections o
         where o.license_id in (select id from license) or o.application_id in (select id from application)
            or o.revocation_id in (select id from proceeding)
        union all
        select 'override', o.reference, o.status in ('proposed', 'opinion_recorded', 'in_effect') and o.used_at is null,
               o.updated_at::date from overrides o
         where o.license_id in (select id from license) or o.application_id in (select id from application)
        union all
        select 'review', r.reference, r.status <> 'concluded', r.updated_at::date from reviews r
         where r.end_user_id in (select id from end_user)
        union all
        select 'allegation', a.reference, a.status in ('received', 'assessed'), a.updated_at::date from allegations a
         where a.end_user_id in (select id from end_user)
        union all
        select 'measure', m.reference, m.status not in ('lifted', 'lapsed', 'withdrawn'), m.updated_at::date from measures m
         where of_kind = 'end_user'
           and exists (select from measure_contents c where c.measure_id = m.id and c.scope::text like '%' || of_subject || '%')
        -- What a person of staff or of an exporter has at work.
        union all
        select 'token', t.id::text, false, least(t.expires_at, t.revoked_at)::date from tokens t
         where of_kind = 'person' and t.person_id = of_subject
        union all
        select 'person', p.id::text, false, greatest(p.created_at, (
                   select max(h.at) from history h where h.actor_id = p.id), (
                   select max(v.at) from file_views v where v.person_id = p.id))::date
          from people p where of_kind = 'person' and p.id = of_subject
        union all
        select 'review', r.reference, true, r.updated_at::date from reviews r
         where of_kind = 'person' and r.owner_id = of_subject and r.status <> 'concluded'
        union all
        select 'application', a.reference, true, a.updated_at::date
          from decisions d join applications a on a.id = d.application_id
         where of_kind = 'person' and d.decided_by = of_subject and d.status = 'proposed'
        union all
        select 'revocation', r.reference, true, r.updated_at::date from revocations r
         where of_kind = 'person' and r.intended_by = of_subject and r.status in ('intended', 'represented', 'waived', 'unanswered')
        union all
        select 'override', o.reference, true, o.updated_at::date from overrides o
         where of_kind = 'person' and o.proposed_by = of_subject and o.status in ('proposed', 'opinion_recorded')
        union all
        select 'allegation', a.reference, true, a.updated_at::date from allegations a
         where of_kind = 'person' and of_subject in (a.entered_by, a.assessed_by) and a.status in ('received', 'assessed')
        union all
        select 'measure', m.reference, true, m.updated_at::date from measures m
         where of_kind = 'person' and m.status not in ('lifted', 'lapsed', 'withdrawn')
           and exists (select from measure_contents c
                        where c.measure_id = m.id and of_subject in (c.proposed_by, c.approved_by)))
    select f.kind, f.reference, f.open, f.last_day from file f
$$;
comment on function erasure_files(text, uuid) is
    'The files that need the data of a person: whether each still does, and its last day.';

do $$
declare
    rule regprocedure;
begin
    foreach rule in array array[
        'erasure_finds(text, uuid)', 'erasure_named_in(text, uuid, text)', 'erasure_awaits_log(text, uuid)',
        'carry_out_erasure(uuid)', 'forget_contents(uuid, uuid[])', 'erasure_files(text, uuid)']::regprocedure[]
    loop
        execute format('revoke execute on function %s from public', rule);
        execute format('grant execute on function %s to registry_office', rule);
    end loop;
end $$;

-- The hashes of the log tell nothing, and are of use to those who do not trust the registry.
create policy audit_tiles_public on audit_tiles for select to registry_public using (true);
grant select on audit_tiles to registry_public;
create policy audit_leaves_public on audit_leaves for select to registry_public using (true);
grant select (index, hash) on audit_leaves to registry_public;

select write_history_projection();
select empower_rules();
