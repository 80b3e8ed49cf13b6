-- Consignees: whom the goods pass to, or through whose hands the deal goes, on their way to the end user. Each exporter has
-- its own entries of them; an application names any number up to a bound, each in a role. Hits are someone's work, and due.

insert into life_cycles (name, table_name) values ('consignee', 'consignees');
insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('consignee', 'none', 'register', 'registered');

create table consignees (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    exporter_id uuid not null,
    name text not null,
    kind text not null,
    country text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint consignees_pk primary key (id),
    constraint consignees_reference_uq unique (reference),
    constraint consignees_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint consignees_country_fk foreign key (country) references territories (code),
    constraint consignees_kind_known check (kind in (
        'government', 'armed_forces', 'law_enforcement', 'intelligence_agency', 'state_owned_company', 'private_company',
        'international_organization', 'individual'))
);
comment on table consignees is 'Consignees, purchasers and brokers that an exporter named. An entry says what is screened, and is never edited.';
comment on column consignees.id is 'UUIDv7';
comment on column consignees.reference is 'CN-2026-000123';
comment on column consignees.version is 'the version of the last step';
comment on column consignees.status is 'where the entry stands';
comment on column consignees.exporter_id is 'the exporter that named it';
comment on column consignees.name is 'name of the body';
comment on column consignees.kind is 'what kind of body it is';
comment on column consignees.country is 'where it is';
comment on column consignees.created_at is 'when it came on file';
comment on column consignees.updated_at is 'when it last moved';
select follow_history('consignees', 'consignee');
create index consignees_exporter_ix on consignees (exporter_id, name);

create function refuse_consignee_rewrite() returns trigger language plpgsql as $$
begin
    if (new.reference, new.exporter_id, new.name, new.kind, new.country, new.created_at)
       is distinct from (old.reference, old.exporter_id, old.name, old.kind, old.country, old.created_at) then
        raise exception 'the entry of a consignee stands' using errcode = 'restrict_violation',
            constraint = 'consignees_not_edited';
    end if;
    return new;
end $$;
comment on function refuse_consignee_rewrite() is 'What was screened stands: another name is another entry.';
create trigger consignees_not_edited before update on consignees
    for each row execute function refuse_consignee_rewrite();

create table application_consignees (
    application_id uuid not null,
    number integer not null,
    role text not null,
    consignee_id uuid not null,
    address text,
    constraint application_consignees_pk primary key (application_id, number),
    constraint application_consignees_once_uq unique (application_id, consignee_id, role),
    constraint application_consignees_application_fk foreign key (application_id) references applications (id),
    constraint application_consignees_consignee_fk foreign key (consignee_id) references consignees (id),
    constraint application_consignees_number_bounded check (number between 1 and 20),
    constraint application_consignees_role_known check (role in (
        'consignee', 'intermediate_consignee', 'purchaser', 'broker'))
);
comment on table application_consignees is 'Whom an application names beside the end user.';
comment on column application_consignees.application_id is 'the application';
comment on column application_consignees.number is '1, 2, … for the application';
comment on column application_consignees.role is 'what it does in the transaction';
comment on column application_consignees.consignee_id is 'who it is';
comment on column application_consignees.address is 'where it takes the goods, or does its business';
create index application_consignees_consignee_ix on application_consignees (consignee_id);

create function refuse_filed_consignee_change() returns trigger language plpgsql as $$
begin
    -- Old and new, for a row may also be moved from one application to another.
    if exists (select from applications a
                where a.id in (old.application_id, new.application_id) and a.status not in ('draft', 'returned')) then
        raise exception 'the consignees of a filed application stand' using errcode = 'restrict_violation',
            constraint = 'application_consignees_filed';
    end if;
    if tg_op <> 'DELETE' and not exists (
        select from applications a join consignees c on c.exporter_id = a.exporter_id
         where a.id = new.application_id and c.id = new.consignee_id) then
        raise exception 'an application names consignees of its own exporter' using errcode = 'restrict_violation',
            constraint = 'application_consignees_own';
    end if;
    return coalesce(new, old);
end $$;
comment on function refuse_filed_consignee_change() is
    'The consignees of an application are its exporter''s, and change only while it is a draft or returned.';
create trigger application_consignees_filed before insert or update or delete on application_consignees
    for each row execute function refuse_filed_consignee_change();
create trigger application_consignees_not_truncated before truncate on application_consignees
    for each statement execute function refuse_change();

select guard_rows('consignees', 'exporter_id = own_exporter()', 'select, insert');
select guard_rows('application_consignees', 'exists (select from applications as whole where whole.id = application_id)',
                  'select, insert, delete');

-- They are screened as exporters and end users are.

alter table screened_parties
    drop constraint screened_parties_kind_known,
    add constraint screened_parties_kind_known check (kind in ('exporter', 'end_user', 'consignee'));
comment on column screened_parties.kind is 'exporter, end_user or consignee';
alter table screening_hits
    drop constraint screening_hits_party_kind_known,
    add constraint screening_hits_party_kind_known check (party_kind in ('exporter', 'end_user', 'consignee'));
comment on column screening_hits.party_kind is 'exporter, end_user or consignee';
create trigger consignees_are_screened after insert on consignees
    for each row execute function owe_screening('consignee');
-- Only an erasure changes what an entry says.
create trigger consignees_are_screened_anew after update of name on consignees for each row
    when (old.name is distinct from new.name) execute function owe_screening('consignee');

create or replace function owe_flags() returns trigger language plpgsql as $$
declare
    parties uuid[];
begin
    select array_agg(n.exporter_id) || array_agg(n.end_user_id) into parties
      from new_rows n where n.status in ('active', 'submitted');
    if tg_table_name = 'licenses' then
        parties := parties || array(select c.consignee_id from new_rows n
                                      join application_consignees c on c.application_id = n.application_id
                                     where n.status in ('active', 'submitted'));
    else
        parties := parties || array(select c.consignee_id from new_rows n
                                      join application_consignees c on c.application_id = n.id
                                     where n.status in ('active', 'submitted'));
    end if;
    update screening_hits h set flags_due = true
     where h.status in ('open', 'clearing_proposed', 'confirmation_proposed', 'confirmed') and not h.flags_due
       and h.party_id = any (parties);
    return null;
end $$;

-- Whose work a hit is, and by which day it is to be decided on.

alter table screening_lists
    add column due_days integer,
    add constraint screening_lists_due_sane check (due_days between 1 and 366);
comment on column screening_lists.due_days is
    'days within which a hit is to be decided on; ten on a list from before there was such a term, where it is null';

alter table screening_hits
    add column assignee_id uuid,
    add column due_on date,
    add constraint screening_hits_assignee_fk foreign key (assignee_id) references people (id);
comment on column screening_hits.assignee_id is 'whose work it is; null where it is nobody''s yet';
comment on column screening_hits.due_on is
    'the day by which it is to be decided on, counted from when it last came up; null on a hit from before there was one';
create index screening_hits_assignee_ix on screening_hits (assignee_id) where assignee_id is not null;

insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('screening_hit', 'open', 'assign', 'open');

create function set_hit_due() returns trigger language plpgsql as $$
begin
    -- What was decided on and comes up again is new work; what goes back from a proposal is not.
    if tg_op = 'INSERT' or new.status = 'open' and old.status in ('cleared', 'confirmed', 'obsolete') then
        select (coalesce(h.at, new.created_at) at time zone 'UTC')::date + coalesce(l.due_days, 10) into new.due_on
          from screening_lists l
          left join history h on h.subject_id = new.id and h.version = new.version
         where l.id = new.list_id;
    end if;
    return new;
end $$;
comment on function set_hit_due() is 'A hit that comes up has a day by which it is to be decided on.';
create trigger screening_hits_have_due before insert or update of status on screening_hits
    for each row execute function set_hit_due();

-- An edition that there is reason to doubt takes two persons.

insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('screening_list', 'kept', 'propose_doubted_edition', 'kept');
alter table screening_editions
    add column proposed_by uuid,
    add constraint screening_editions_proposed_by_fk foreign key (proposed_by) references people (id),
    add constraint screening_editions_four_eyes check (proposed_by <> received_by),
    -- Those that one person took before two had to stay as they are.
    add constraint screening_editions_doubted_has_proposal check ((cardinality(doubts) > 0) = (proposed_by is not null)) not valid;
comment on column screening_editions.proposed_by is 'who proposed that it be taken in spite of what spoke against it';

create function check_edition_proposal() returns trigger language plpgsql as $$
begin
    if new.proposed_by is not null and not exists (
        select from history h
         where h.subject_id = new.list_id and h.action = 'propose_doubted_edition' and h.actor_id = new.proposed_by
           and h.details ->> 'sha256' = encode(new.sha256, 'hex')
           -- Once: on the edition that is in force now.
           and not exists (select from history t
                            where t.subject_id = h.subject_id and t.version > h.version
                              and t.action in ('take_edition', 'take_doubted_edition'))) then
        raise exception 'an edition is taken as it was proposed' using errcode = 'restrict_violation',
            constraint = 'screening_editions_proposed';
    end if;
    return new;
end $$;
comment on function check_edition_proposal() is
    'A doubted edition is taken on the proposal of these files, made since the edition in force was taken.';
create trigger screening_editions_proposed before insert on screening_editions
    for each row execute function check_edition_proposal();

-- What the log's digests cover, and what an erasure of a consignee who is a natural person takes.

alter table erasures
    drop constraint erasures_kind_known,
    add constraint erasures_kind_known check (kind in ('person', 'end_user', 'signatory', 'consignee'));
comment on column erasures.kind is 'whose data: a person of staff or of an exporter, a natural person who is an end user or a consignee, the signatory of a declaration';
comment on column erasures.subject_id is 'the person, the end user, the consignee or the declaration';

-- The content of an application takes in whom it names, from entries of this scheme on.
alter table audit_entries alter column content_scheme set default 3;

create or replace function content_parts()
returns table (kind text, name text, key text, part boolean, since smallint, says text, belongs text)
language sql immutable parallel safe as $$
    select kind, name, key, part, since::smallint,
           coalesce(says, 'jsonb_strip_nulls(to_jsonb(p) - ''updated_at'')'), coalesce(belongs, format('p.%I = w.id', key))
      from (values
        ('allegation', 'allegations', 'id', false, 1, null, null),
        ('application', 'applications', 'id', false, 1, null, null),
        ('application', 'application_consignees', 'application_id', true, 3, null, null),
        ('application', 'application_lines', 'application_id', true, 1, null, null),
        ('application', 'application_positions', 'application_id', true, 1, null, null),
        ('application', 'application_reopenings', 'application_id', true, 1, null, null),
        ('application', 'decisions', 'application_id', true, 1, null, null),
        ('application', 'declaration_uses', 'application_id', true, 1, null, null),
        ('assessment', 'assessments', 'id', false, 1, null, null),
        ('assessment', 'assessment_considerations', 'assessment_id', true, 1, null, null),
        ('assessment', 'assessment_positions', 'assessment_id', true, 1, null, null),
        ('assessment', 'assessment_scores', 'assessment_id', true, 1, null, null),
        ('consignee', 'consignees', 'id', false, 3, null, null),
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

create or replace function erasure_words(of_kind text, of_subject uuid) returns text[] language sql stable as $$
    select array_agg(distinct word) from (
        -- The two that hold no key are the registry itself.
        select handle from people where of_kind = 'person' and id = of_subject and created_at > '2020-01-01Z'
        union all select login from tokens where of_kind = 'person' and person_id = of_subject
        union all select name from end_users where of_kind = 'end_user' and id = of_subject and kind = 'individual'
        -- A place of use that is a name of one word would be looked for in every address.
        union all select address from end_users where of_kind = 'end_user' and id = of_subject and kind = 'individual' and address ~ '[[:space:]]'
        union all select name from consignees where of_kind = 'consignee' and id = of_subject and kind = 'individual'
        union all select n.address from application_consignees n join consignees c on c.id = n.consignee_id
         where of_kind = 'consignee' and c.id = of_subject and c.kind = 'individual' and n.address ~ '[[:space:]]'
        union all select signatory_name from declarations where of_kind = 'signatory' and id = of_subject) as t (word)
     where length(word) > 1
$$;

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

create or replace function erasure_files(of_kind text, of_subject uuid)
returns table (kind text, reference text, open boolean, needed_until date)
language sql stable security definer set search_path = public, pg_temp as $$
    -- Whoever is named the same is the same here: what would be erased with it must not be needed either.
    with named as (
        select words_pattern(of_kind, erasure_words(of_kind, of_subject), false) as pattern),
    end_user as (
        select u.id from end_users u, named n
         where of_kind in ('end_user', 'consignee') and (u.id = of_subject or u.name ~* n.pattern)),
    consignee as (
        select c.* from consignees c, named n
         where of_kind in ('end_user', 'consignee') and (c.id = of_subject or c.name ~* n.pattern)),
    declaration as (
        select d.* from declarations d, named n
         where of_kind = 'signatory' and (d.id = of_subject or d.signatory_name ~* n.pattern)
            or d.end_user_id in (select id from end_user)),
    application as (
        select a.* from applications a
         where a.end_user_id in (select id from end_user) or a.declaration_id in (select id from declaration)
            or a.id in (select n.application_id from application_consignees n where n.consignee_id in (select id from consignee))
            or a.id in (select u.application_id from declaration_uses u where u.declaration_id in (select id from declaration))),
    license as (
        select l.* from licenses l
         where l.end_user_id in (select id from end_user) or l.application_id in (select id from application)),
    proceeding as (
        select r.* from revocations r where r.license_id in (select id from license)),
    file (kind, reference, open, last_day) as (
        select 'end_user', e.reference, false, e.updated_at::date from end_users e where e.id in (select id from end_user)
        union all
        select 'consignee', c.reference, false, c.updated_at::date from consignee c
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
        select 'screening_hit', h.reference, true, h.updated_at::date from screening_hits h
         where of_kind = 'person' and h.assignee_id = of_subject
           and h.status in ('open', 'clearing_proposed', 'confirmation_proposed')
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

select write_history_projection();
select empower_rules();
select admit_erasures();
