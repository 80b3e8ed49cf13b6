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

create function named_consignees(of_application uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
               'number', n.number, 'role', n.role, 'consigneeId', c.id, 'reference', c.reference,
               'name', c.name, 'kind', c.kind, 'country', c.country, 'address', n.address) order by n.number), '[]')
      from application_consignees n join consignees c on c.id = n.consignee_id
     where n.application_id = of_application
$$;
comment on function named_consignees(uuid) is 'Whom an application names beside the end user, as it is answered.';

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

-- An erasure of a consignee who is a natural person.

alter table erasures
    drop constraint erasures_kind_known,
    add constraint erasures_kind_known check (kind in ('person', 'end_user', 'signatory', 'consignee'));
comment on column erasures.kind is 'whose data: a person of staff or of an exporter, a natural person who is an end user or a consignee, the signatory of a declaration';
comment on column erasures.subject_id is 'the person, the end user, the consignee or the declaration';

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
