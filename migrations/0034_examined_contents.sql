-- An erasure moves no resource; what an examination holds against the log takes in screening, reference data, eligibility
-- checks, the decision records of measures, previews, agreements, uses of exemptions, imports, and what came with the schema.

-- The one transition that tables which are never changed let through. While an erasure is carried out the triggers that
-- judge steps stand aside: a step that is added in that time must move nothing.
create or replace function erase_only() returns trigger language plpgsql as $$
declare
    e erasures;
    mark text;
    pattern text;
    was jsonb := to_jsonb(old);
    becomes jsonb := to_jsonb(new);
    expected jsonb;
    made text[];
begin
    select * into e from erasures
     where id::text = current_setting('registry.erasure', true) and status = 'carried_out'
       and carried_out_in = pg_current_xact_id();
    if e.id is not null then
        -- What a rule of the registry does about a row that was let through.
        if pg_trigger_depth() > 1
           and (becomes -> 'status', becomes -> 'version') is not distinct from (was -> 'status', was -> 'version') then
            return new;
        end if;
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

-- Why a party is a hit is told by single words of its name.
create or replace function erased_row(of_kind text, of_subject uuid, in_table text, was jsonb, pattern text, mark text) returns jsonb
language sql immutable cost 20000 as $$
    select erased_json(was, pattern, mark) || case
        when of_kind = 'end_user' and in_table = 'end_users' and was ->> 'id' = of_subject::text then
            jsonb_build_object('name', mark, 'address', case when was ->> 'address' is not null then mark end)
        when of_kind in ('end_user', 'consignee') and in_table = 'screening_hits' and was ->> 'party_id' = of_subject::text then
            jsonb_build_object('reasons', '{}'::jsonb)
        when of_kind = 'consignee' and in_table = 'consignees' and was ->> 'id' = of_subject::text then
            jsonb_build_object('name', mark)
        when of_kind = 'consignee' and in_table = 'application_consignees' and was ->> 'consignee_id' = of_subject::text then
            jsonb_build_object('address', case when was ->> 'address' is not null then mark end)
        when of_kind = 'signatory' and in_table = 'declarations' and was ->> 'signatory_name' ~* pattern then
            jsonb_build_object('signatory_name', mark, 'signatory_title', mark)
        when of_kind = 'person' and in_table = 'people' and was ->> 'id' = of_subject::text then
            jsonb_build_object('handle', mark)
        when of_kind = 'person' and in_table = 'tokens' and was ->> 'person_id' = of_subject::text then
            jsonb_build_object('name', mark, 'login', case when was ->> 'login' is not null then mark || '.' || (was ->> 'id') end)
        else '{}'::jsonb end
$$;

create or replace function words_found(of_kind text, of_subject uuid, mark text) returns setof word_found
language plpgsql stable as $$
declare
    words text[] := erasure_words(of_kind, of_subject);
    pattern text := words_pattern(of_kind, words, false);
    loosely text := words_pattern(of_kind, words, true);
    t record;
    own text;
    besides text;
begin
    if words is null then
        return;
    end if;
    for t in select w.*, p.kind, p.key from tables_with_words() w left join content_parts() p on p.name = w.name order by w.name loop
        own := case
            when (of_kind, t.name) in (('end_user', 'end_users'), ('signatory', 'declarations'), ('person', 'people')) then 't.id = $2'
            when (of_kind, t.name) = ('consignee', 'consignees') then 't.id = $2'
            when (of_kind, t.name) = ('consignee', 'application_consignees') then 't.consignee_id = $2'
            when (of_kind, t.name) = ('person', 'tokens') then 't.person_id = $2'
            else 'false' end;
        -- Single words of the name stand in these; the name is read elsewhere.
        besides := case when of_kind in ('end_user', 'consignee') and t.name = 'screening_hits' then 't.party_id = $2' else 'false' end;
        return query execute format(
            'select %1$L::text, t.ctid, array(select c from unnest($6) c where r.was -> c is distinct from e.becomes -> c order by c),
                    %2$s, %3$s, %4$s, %6$s
               from %1$I t cross join lateral (select to_jsonb(t) as was) r
              cross join lateral (select erased_row($1, $2, %1$L, r.was, $3, $5) as becomes) e
              where (concat_ws(E''\n'', %5$s) ~* $4 or %6$s or %7$s) and e.becomes is distinct from r.was',
            t.name,
            case when t.name = 'history' then 't.life_cycle' else format('%L::text', t.kind) end,
            case when t.name = 'history' then 't.subject_id' when t.key is null then 'null::uuid' else format('t.%I', t.key) end,
            case when t.name = 'history' then 't.version' else 'null::integer' end,
            array_to_string(t.texts, ', '), own, besides)
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

-- The decision records that were written together have an entry together.

alter table measure_decisions add column batch_id uuid not null default '00000000-0000-7000-8000-000000000301';
alter table measure_decisions alter column batch_id drop default;
comment on column measure_decisions.batch_id is 'those that were written together, which the log vouches for together';
create index measure_decisions_batch_ix on measure_decisions (batch_id);

create view decision_batches with (security_invoker = true) as select distinct batch_id as id from measure_decisions;
comment on view decision_batches is 'The batches of decision records: subjects of the log.';

create view operation_requests with (security_invoker = true) as
    select id, reference, kind, subject_kind, subject_id, requested_by, requested_role, request_id, reasons, total, created_at
      from operations;
comment on view operation_requests is 'What was asked for, without how far it is: subjects of the log.';
comment on column operation_requests.id is 'the operation';
comment on column operation_requests.reference is 'OP-2026-000123';
comment on column operation_requests.kind is 'what is carried out';
comment on column operation_requests.subject_kind is 'the kind of resource it is carried out for';
comment on column operation_requests.subject_id is 'the resource it is carried out for';
comment on column operation_requests.requested_by is 'who asked for it';
comment on column operation_requests.requested_role is 'in which role';
comment on column operation_requests.request_id is 'in which request';
comment on column operation_requests.reasons is 'the reasons of the act';
comment on column operation_requests.total is 'how many resources it concerns';
comment on column operation_requests.created_at is 'when it was asked for';

-- What stands for things that are no rows of a table of their own.
create view country_names with (security_invoker = true) as select '00000000-0000-7000-8000-000000000302'::uuid as id;
comment on view country_names is 'The names of countries in other languages, all together: a subject of the log.';

create view shipped_data with (security_invoker = true) as select '00000000-0000-7000-8000-000000000303'::uuid as id;
comment on view shipped_data is
    'What came with the schema: arms embargoes, countries, first editions of lists, groups with their members. A subject of the log.';
comment on column decision_batches.id is 'the batch';
comment on column country_names.id is 'always the same';
comment on column shipped_data.id is 'always the same';
grant select on decision_batches, operation_requests, country_names, shipped_data to registry_office;

-- Which rows are the content of a subject. Contents grew: an entry says by which scheme its content was put together, so that
-- an older one is held against what it vouched for.
alter table audit_entries add column content_scheme smallint not null default 1;
alter table audit_entries alter column content_scheme set default 2;
comment on column audit_entries.content_scheme is 'which rows belonged to the content of a subject when the entry was made';

drop function content_parts();
create function content_parts()
returns table (kind text, name text, key text, part boolean, since smallint, says text, belongs text)
language sql immutable parallel safe as $$
    select kind, name, key, part, since::smallint,
           coalesce(says, 'jsonb_strip_nulls(to_jsonb(p) - ''updated_at'')'), coalesce(belongs, format('p.%I = w.id', key))
      from (values
        ('allegation', 'allegations', 'id', false, 1, null, null),
        ('application', 'applications', 'id', false, 1, null, null),
        ('application', 'application_consignees', 'application_id', true, 2, null, null),
        ('application', 'application_lines', 'application_id', true, 1, null, null),
        ('application', 'application_positions', 'application_id', true, 1, null, null),
        ('application', 'application_reopenings', 'application_id', true, 1, null, null),
        ('application', 'decisions', 'application_id', true, 1, null, null),
        ('application', 'declaration_uses', 'application_id', true, 1, null, null),
        ('assessment', 'assessments', 'id', false, 1, null, null),
        ('assessment', 'assessment_considerations', 'assessment_id', true, 1, null, null),
        ('assessment', 'assessment_positions', 'assessment_id', true, 1, null, null),
        ('assessment', 'assessment_scores', 'assessment_id', true, 1, null, null),
        ('consignee', 'consignees', 'id', false, 2, null, null),
        ('country_group', 'country_groups', 'id', false, 2, null, null),
        ('country_group', 'country_group_members', null, true, 2, null, 'p.group_code = w.code'),
        ('country_names', 'country_names', 'id', false, 2, null, null),
        ('country_names', 'territory_names', null, true, 2, null, 'true'),
        ('decision_batch', 'decision_batches', 'id', false, 2, null, null),
        ('decision_batch', 'measure_decisions', 'batch_id', true, 2, null, null),
        ('declaration', 'declarations', 'id', false, 1, null, null),
        ('declaration', 'declaration_items', 'declaration_id', true, 1, null, null),
        ('declaration_template', 'declaration_templates', 'id', false, 1, null, null),
        ('declaration_template', 'template_agreements', 'template_id', true, 2, null, null),
        ('eligibility_check', 'eligibility_checks', 'id', false, 2, null, null),
        ('end_user', 'end_users', 'id', false, 1, null, null),
        ('erasure', 'erasures', 'id', false, 1, null, null),
        ('exemption', 'exemptions', 'id', false, 1, null, null),
        ('exporter', 'exporters', 'id', false, 1, null, null),
        ('import', 'imports', 'id', false, 2, null, null),
        ('import', 'import_rejects', 'import_id', true, 2, null, null),
        ('license', 'licenses', 'id', false, 1, null, null),
        ('license', 'exemption_uses', 'license_id', true, 2, null, null),
        ('license', 'license_conditions', 'license_id', true, 1, null, null),
        ('license', 'license_draw_downs', 'license_id', true, 1, null, null),
        ('license', 'license_freezes', 'license_id', true, 1, null, null),
        ('license', 'license_lines', 'license_id', true, 1, null, null),
        ('license', 'license_reinstatements', 'license_id', true, 1, null, null),
        ('measure', 'measures', 'id', false, 1, null, null),
        ('measure', 'measure_agreements', 'measure_id', true, 1, null, null),
        ('measure', 'measure_contents', 'measure_id', true, 1, null, null),
        -- What a preview found may be a million identifiers.
        ('measure', 'measure_previews', 'measure_id', true, 2,
         'to_jsonb(p) - ''{license_ids,released_ids,application_ids}''::text[] || jsonb_build_object(''found'', encode(sha256(convert_to(concat_ws(''|'', p.license_ids, p.released_ids, p.application_ids), ''UTF8'')), ''hex''))', null),
        ('objection', 'objections', 'id', false, 1, null, null),
        ('operation', 'operation_requests', 'id', false, 2, null, null),
        ('operation', 'operation_batches', 'operation_id', true, 2,
         'jsonb_build_object(''number'', p.number, ''task'', p.task, ''subjects'', encode(sha256(convert_to(p.subject_ids::text, ''UTF8'')), ''hex''))', null),
        ('override', 'overrides', 'id', false, 1, null, null),
        ('override', 'override_dissents', 'override_id', true, 1, null, null),
        ('person', 'people', 'id', false, 1, null, null),
        ('product', 'products', 'id', false, 1, null, null),
        ('product', 'product_classifications', 'product_id', true, 1, null, null),
        ('reference_edition', 'reference_editions', 'id', false, 2, null, null),
        -- A version of an entry is ended by a later edition, which vouches for the end.
        ('reference_edition', 'control_list_entries', 'edition_id', true, 2,
         'jsonb_strip_nulls(to_jsonb(p) - ''{valid_until,ended_by,search}''::text[])', null),
        ('reference_edition', 'programmes', 'edition_id', true, 2,
         'jsonb_strip_nulls(to_jsonb(p) - ''{valid_until,ended_by}''::text[])', null),
        ('review', 'reviews', 'id', false, 1, null, null),
        ('review', 'review_evidence', 'review_id', true, 1, null, null),
        ('revocation', 'revocations', 'id', false, 1, null, null),
        ('revocation', 'revocation_hearings', 'revocation_id', true, 1, null, null),
        ('screening_flag', 'screening_flags', 'id', false, 2, null, null),
        ('screening_hit', 'screening_hits', 'id', false, 2, null, null),
        ('screening_list', 'screening_lists', 'id', false, 2, null, null),
        ('screening_list', 'screening_editions', 'list_id', true, 2, null, null),
        -- A list has tens of thousands of entries.
        ('screening_list', 'screening_entries', 'list_id', true, 2,
         'to_jsonb(encode(sha256(convert_to(p::text, ''UTF8'')), ''hex''))', null),
        ('shipped_data', 'shipped_data', 'id', false, 2, null, null),
        ('shipped_data', 'arms_embargoes', null, true, 2, null, 'true'),
        ('token', 'tokens', 'id', false, 1, null, null)
      ) as t (kind, name, key, part, since, says, belongs)
$$;
comment on function content_parts() is
    'The tables whose rows are the content of a kind of subject, the column that names the subject, since which scheme, and how a row is told.';

-- Rows that are content besides: of a table that has its place in content_parts() already, or none of its own. Of what came
-- with the schema the ends are vouched for where they came with it.
create function content_besides()
returns table (kind text, label text, name text, since smallint, says text, belongs text)
language sql immutable parallel safe as $$
    select kind, label, name, since::smallint, says, belongs
      from (values
        ('application', 'decision_lines', 'decision_lines', 1, 'jsonb_strip_nulls(to_jsonb(p) - ''updated_at'')',
         'p.decision_id in (select d.id from decisions d where d.application_id = w.id)'),
        ('reference_edition', 'control_list_entries_ended', 'control_list_entries', 2,
         'jsonb_build_object(''id'', p.id, ''valid_until'', p.valid_until)', 'p.ended_by = w.id'),
        ('reference_edition', 'programmes_ended', 'programmes', 2,
         'jsonb_build_object(''id'', p.id, ''valid_until'', p.valid_until)', 'p.ended_by = w.id'),
        ('shipped_data', 'territories', 'territories', 2, 'to_jsonb(p)', 'p.kind <> ''group'''),
        ('shipped_data', 'reference_editions', 'reference_editions', 2, 'to_jsonb(p)', 'is_shipped(p.recorded_at)'),
        ('shipped_data', 'control_list_entries', 'control_list_entries', 2,
         'to_jsonb(p) - ''{valid_until,ended_by,search}''::text[] || jsonb_build_object(''ended'',
              coalesce(p.ended_by in (select e.id from reference_editions e where is_shipped(e.recorded_at)), false))',
         'p.edition_id in (select e.id from reference_editions e where is_shipped(e.recorded_at))'),
        ('shipped_data', 'country_groups', 'country_groups', 2, 'to_jsonb(p)', 'is_shipped(p.recorded_at)'),
        ('shipped_data', 'country_group_members', 'country_group_members', 2,
         'to_jsonb(p) - ''{valid_until,ended_by,ended_at,end_reasons}''::text[]
              || jsonb_build_object(''valid_until'', case when p.ended_by is null then p.valid_until end)',
         'is_shipped(p.recorded_at)')
      ) as t (kind, label, name, since, says, belongs)
$$;
comment on function content_besides() is 'Rows that are content of a kind of subject besides those of content_parts().';

create function is_shipped(recorded_at timestamptz) returns boolean language sql immutable parallel safe as $$
    select recorded_at = '2026-01-01T00:00:00Z'
$$;
comment on function is_shipped(timestamptz) is 'Whether a row of reference data came with the schema: no service runs with such a clock.';

-- Left out is what changes without an entry of the subject: when a row was last touched, when a key was last shown or an
-- override used, whether flags are still to be moved. Nulls are left out, so that a column that is added later, and is null,
-- changes nothing.
drop function audit_content(text, uuid[]);
create function audit_content(of_kind text, ids uuid[], scheme smallint) returns table (id uuid, content jsonb)
language plpgsql stable set timezone = 'UTC' as $$
declare
    whole text;
    parts text;
begin
    select p.name into whole from content_parts() p where p.kind = of_kind and not p.part and p.since <= scheme;
    if whole is null then
        return;
    end if;
    select string_agg(format(
        $part$ || jsonb_build_object(%1$L, (select coalesce(jsonb_agg(p.part order by p.part::text collate "C"), '[]')
            from (select %3$s as part from %2$I p where %4$s) as p))$part$,
        t.label, t.name, t.says, t.belongs), '' order by t.label) into parts
      from (select p.kind, p.name as label, p.name, p.since, p.says, p.belongs from content_parts() p where p.part
            union all select b.* from content_besides() b) t
     where t.kind = of_kind and t.since <= scheme;
    return query execute format(
        'select w.id, jsonb_strip_nulls(to_jsonb(w) - array[''updated_at'', ''used_at'', ''last_used_at'', ''flags_due'', ''life_cycle'']) %s from %I w where w.id = any ($1)',
        coalesce(parts, ''), whole) using ids;
end $$;
comment on function audit_content(text, uuid[], smallint) is
    'What the registry holds on subjects of a kind, by a scheme: of each the digest is in its last leaf.';

-- What came on file without an entry. What has a life cycle is told apart by its history.
create function contents_without_entry() returns table (kind text, id uuid) language plpgsql stable as $$
declare
    p record;
begin
    for p in select c.kind, c.name, b.says
               from content_parts() c
               join (values ('country_group',
                             'exists (select from country_group_members m where m.group_code = w.code
                                         and (not is_shipped(m.recorded_at) or m.ended_by is not null))
                              or not is_shipped(w.recorded_at)'),
                            ('decision_batch', 'true'),
                            ('eligibility_check', 'true'), ('operation', 'true'), ('reference_edition', 'not is_shipped(w.recorded_at)'),
                            ('shipped_data', 'true'), ('token', 'true')) as b (kind, says) on b.kind = c.kind
              where not c.part loop
        return query execute format(
            'select %L::text, w.id from %I w where (%s) and not exists (
                 select from audit_entries e where e.subject_id = w.id and e.outcome = ''done'')', p.kind, p.name, p.says);
    end loop;
end $$;
comment on function contents_without_entry() is 'Subjects without a life cycle that no entry is about.';

insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
select v.id::uuid, '2026-01-01T00:00:00Z', '00000000-0000-7000-8000-000000000002', 'licensing_officer', v.id::uuid, v.act, v.kind,
       v.subject::uuid, jsonb_build_object('said', v.said)
  from (values
    ('00000000-0000-7000-8000-000000000304', 'shipped_data.record', 'shipped_data', '00000000-0000-7000-8000-000000000303',
     'What came with the schema.', true),
    ('00000000-0000-7000-8000-000000000305', 'decision_batch.record', 'decision_batch', '00000000-0000-7000-8000-000000000301',
     'Decision records from before they had entries.', exists (select from measure_decisions))
  ) as v (id, act, kind, subject, said, wanted)
 where v.wanted;

insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
select gen_random_uuid(), o.created_at, o.requested_by, o.requested_role, o.request_id, 'operation.record', 'operation', o.id,
       '{"said": "An operation from before its request had an entry."}'
  from operations o;

select empower_rules();
