-- Lists of restricted parties in the register: their editions, the parties screened against them, work on hits, and flags
-- on what a hit touches.

create table screening_lists (
    id uuid not null,
    code text not null,
    version integer not null,
    status text not null,
    title text not null,
    source text not null,
    hit_from smallint not null,
    second_person_from smallint not null,
    most_removed smallint not null,
    limit_days integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint screening_lists_pk primary key (id),
    constraint screening_lists_code_uq unique (code),
    constraint screening_lists_code_plain check (code ~ '^[a-z][a-z0-9-]{1,39}$'),
    constraint screening_lists_hit_from_sane check (hit_from between 500 and 1000),
    constraint screening_lists_second_person_sane check (second_person_from between 0 and 1000),
    constraint screening_lists_most_removed_percent check (most_removed between 0 and 100),
    constraint screening_lists_limit_sane check (limit_days between 1 and 3660)
);
comment on table screening_lists is 'Lists of restricted parties that the register keeps, with their terms.';
comment on column screening_lists.id is 'UUIDv7';
comment on column screening_lists.code is 'what the agency calls the list, such as us-csl';
comment on column screening_lists.version is 'the version of the last step';
comment on column screening_lists.status is 'whether the list is kept or was ended';
comment on column screening_lists.title is 'what its publisher calls it';
comment on column screening_lists.source is 'who publishes it, and where';
comment on column screening_lists.hit_from is 'the score from which an entry is a hit, in thousandths';
comment on column screening_lists.second_person_from is 'the score from which a clearing needs a second person, in thousandths';
comment on column screening_lists.most_removed is 'the share of entries that a newer edition may take away, in percent';
comment on column screening_lists.limit_days is 'days after which an edition clears no one any more';
comment on column screening_lists.created_at is 'when it came on file';
comment on column screening_lists.updated_at is 'when it last moved';

-- Every change of what parties are compared with counts the epoch up; a party is screened up to an epoch.
create table screening_state (
    id smallint not null,
    epoch bigint not null,
    constraint screening_state_pk primary key (id),
    constraint screening_state_one_row check (id = 1)
);
comment on table screening_state is 'One row: the epoch of the lists in force.';
comment on column screening_state.id is 'always 1';
comment on column screening_state.epoch is 'counts the changes of what parties are compared with';
insert into screening_state (id, epoch) values (1, 0);

create table screening_editions (
    id uuid not null,
    list_id uuid not null,
    number integer not null,
    sha256 bytea not null,
    form text not null,
    as_of date,
    entries integer not null,
    names integer not null,
    added integer not null,
    changed integer not null,
    removed integer not null,
    doubts text[] not null,
    reasons text,
    received_by uuid not null,
    received_at timestamptz not null,
    constraint screening_editions_pk primary key (id),
    constraint screening_editions_number_uq unique (list_id, number),
    constraint screening_editions_list_fk foreign key (list_id) references screening_lists (id),
    constraint screening_editions_received_by_fk foreign key (received_by) references people (id),
    constraint screening_editions_form_known check (form in ('table', 'ofac_native', 'un_xml', 'ofac_xml', 'eu_xml')),
    constraint screening_editions_number_positive check (number >= 1),
    constraint screening_editions_digest_256_bits check (octet_length(sha256) = 32),
    constraint screening_editions_has_entries check (entries >= 1 and names >= entries),
    constraint screening_editions_as_of_finite check (isfinite(as_of)),
    constraint screening_editions_doubted_has_reasons check ((cardinality(doubts) > 0) = (reasons is not null))
);
comment on table screening_editions is 'Editions of lists, as they were taken; the last one is in force. Append-only.';
comment on column screening_editions.id is 'UUIDv7';
comment on column screening_editions.list_id is 'the list';
comment on column screening_editions.number is '1, 2, … for the list';
comment on column screening_editions.sha256 is 'digest of the file, or of the digests of several files with their names';
comment on column screening_editions.form is 'in which form it came';
comment on column screening_editions.as_of is 'the day that its publisher gives it, where one is stated';
comment on column screening_editions.entries is 'how many entries it has';
comment on column screening_editions.names is 'how many names they have';
comment on column screening_editions.added is 'how many entries the edition before does not have';
comment on column screening_editions.changed is 'how many entries say something else than in the edition before';
comment on column screening_editions.removed is 'how many entries of the edition before it does not have';
comment on column screening_editions.doubts is 'what spoke against believing it';
comment on column screening_editions.reasons is 'why it was taken in spite of them';
comment on column screening_editions.received_by is 'who brought it';
comment on column screening_editions.received_at is 'when';
create trigger screening_editions_append_only before update or delete or truncate on screening_editions
    for each statement execute function refuse_change();

create table screening_entries (
    id uuid not null,
    list_id uuid not null,
    key text not null,
    from_edition integer not null,
    until_edition integer,
    digest bytea not null,
    body jsonb not null,
    constraint screening_entries_pk primary key (id),
    constraint screening_entries_from_fk foreign key (list_id, from_edition) references screening_editions (list_id, number),
    constraint screening_entries_until_fk foreign key (list_id, until_edition) references screening_editions (list_id, number),
    constraint screening_entries_span check (until_edition > from_edition),
    constraint screening_entries_digest_256_bits check (octet_length(digest) = 32),
    constraint screening_entries_body_object check (jsonb_typeof(body) = 'object')
);
comment on table screening_entries is 'Entries of lists: one row for as long as an entry says the same.';
comment on column screening_entries.id is 'UUIDv7';
comment on column screening_entries.list_id is 'the list';
comment on column screening_entries.key is 'what the list calls the entry, the same in every edition';
comment on column screening_entries.from_edition is 'the first edition that says this';
comment on column screening_entries.until_edition is 'the first edition that does not say it any more; null in the edition in force';
comment on column screening_entries.digest is 'SHA-256 of all that the entry says';
comment on column screening_entries.body is 'the entry (src/rules/screening/entry.rs)';
create unique index screening_entries_in_force_uq on screening_entries (list_id, key) where until_edition is null;
create unique index screening_entries_key_uq on screening_entries (list_id, key, from_edition);
create index screening_entries_from_ix on screening_entries (list_id, from_edition, id);
create index screening_entries_until_ix on screening_entries (list_id, until_edition, id) where until_edition is not null;

create function refuse_entry_rewrite() returns trigger language plpgsql as $$
begin
    if old.until_edition is null and (to_jsonb(new) - 'until_edition') = (to_jsonb(old) - 'until_edition') then
        return new;
    end if;
    raise exception 'what an edition says stands' using errcode = 'restrict_violation', constraint = 'screening_entries_not_edited';
end $$;
comment on function refuse_entry_rewrite() is 'An entry of a list is ended by a later edition and never edited.';
create trigger screening_entries_not_edited before update on screening_entries
    for each row execute function refuse_entry_rewrite();
create trigger screening_entries_not_deleted before delete or truncate on screening_entries
    for each statement execute function refuse_change();

create function screening_differences(of_list uuid, in_edition integer)
returns table (id uuid, change text, key text, before jsonb, after jsonb) language sql stable as $$
    select n.id, case when o.id is null then 'added' else 'changed' end, n.key, o.body, n.body
      from screening_entries n
      left join screening_entries o on o.list_id = n.list_id and o.key = n.key and o.until_edition = in_edition
     where n.list_id = of_list and n.from_edition = in_edition
    union all
    select o.id, 'removed', o.key, o.body, null
      from screening_entries o
     where o.list_id = of_list and o.until_edition = in_edition
       and not exists (select from screening_entries n
                        where n.list_id = o.list_id and n.key = o.key and n.from_edition = in_edition)
$$;
comment on function screening_differences(uuid, integer) is 'What an edition says otherwise than the one before it.';

create table screened_parties (
    kind text not null,
    id uuid not null,
    epoch bigint not null,
    print bytea,
    screened_at timestamptz,
    constraint screened_parties_pk primary key (id),
    constraint screened_parties_kind_known check (kind in ('exporter', 'end_user')),
    constraint screened_parties_print_256_bits check (octet_length(print) = 32),
    constraint screened_parties_screened_whole check ((print is null) = (screened_at is null))
);
comment on table screened_parties is 'Every party of the register, and up to which epoch it was screened.';
comment on column screened_parties.kind is 'exporter or end_user';
comment on column screened_parties.id is 'the party';
comment on column screened_parties.epoch is 'the epoch it was screened in; 0 where it is new or was changed since';
comment on column screened_parties.print is 'SHA-256 of what was compared';
comment on column screened_parties.screened_at is 'when it was last screened';
create index screened_parties_owed_ix on screened_parties (epoch, id);

insert into screened_parties (kind, id, epoch)
select 'exporter', id, 0 from exporters union all select 'end_user', id, 0 from end_users;

create function owe_screening() returns trigger language plpgsql as $$
begin
    insert into screened_parties (kind, id, epoch) values (tg_argv[0], new.id, 0)
    on conflict (id) do update set epoch = 0;
    return null;
end $$;
comment on function owe_screening() is 'A party that is new, or of which something that is compared was changed, is to be screened.';
create trigger exporters_are_screened after insert on exporters for each row execute function owe_screening('exporter');
create trigger exporters_are_screened_anew after update of name, company_number, country on exporters for each row
    when ((old.name, old.company_number, old.country) is distinct from (new.name, new.company_number, new.country))
    execute function owe_screening('exporter');
create trigger end_users_are_screened after insert on end_users for each row execute function owe_screening('end_user');
create trigger end_users_are_screened_anew after update of name, kind, country on end_users for each row
    when ((old.name, old.kind, old.country) is distinct from (new.name, new.kind, new.country))
    execute function owe_screening('end_user');

create table screening_hits (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    party_kind text not null,
    party_id uuid not null,
    list_id uuid not null,
    entry_key text not null,
    edition integer not null,
    score smallint not null,
    listed_name text not null,
    reasons jsonb not null,
    party_print bytea not null,
    entry_digest bytea not null,
    flags_due boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint screening_hits_pk primary key (id),
    constraint screening_hits_reference_uq unique (reference),
    constraint screening_hits_pair_uq unique (party_id, list_id, entry_key),
    constraint screening_hits_party_fk foreign key (party_id) references screened_parties (id),
    constraint screening_hits_edition_fk foreign key (list_id, edition) references screening_editions (list_id, number),
    constraint screening_hits_party_kind_known check (party_kind in ('exporter', 'end_user')),
    constraint screening_hits_score_thousandths check (score between 0 and 1000),
    constraint screening_hits_reasons_object check (jsonb_typeof(reasons) = 'object'),
    constraint screening_hits_prints_256_bits check (octet_length(party_print) = 32 and octet_length(entry_digest) = 32)
);
comment on table screening_hits is 'Parties that may be an entry of a list, and what came of it.';
comment on column screening_hits.id is 'UUIDv7';
comment on column screening_hits.reference is 'SH-2026-000123';
comment on column screening_hits.version is 'the version of the last step';
comment on column screening_hits.status is 'where the work on it stands';
comment on column screening_hits.party_kind is 'exporter or end_user';
comment on column screening_hits.party_id is 'the party';
comment on column screening_hits.list_id is 'the list';
comment on column screening_hits.entry_key is 'what the list calls the entry';
comment on column screening_hits.edition is 'the edition it was last found in';
comment on column screening_hits.score is 'how much speaks for it, in thousandths';
comment on column screening_hits.listed_name is 'the name of the entry that is most like the party''s';
comment on column screening_hits.reasons is 'which words stand for which, and what else speaks for or against it';
comment on column screening_hits.party_print is 'SHA-256 of what was compared of the party';
comment on column screening_hits.entry_digest is 'SHA-256 of what the entry says';
comment on column screening_hits.flags_due is 'whether what it touches is still to be flagged, or its flags withdrawn';
comment on column screening_hits.created_at is 'when it was found';
comment on column screening_hits.updated_at is 'when it last moved';

create table screening_flags (
    id uuid not null,
    version integer not null,
    status text not null,
    hit_id uuid not null,
    license_id uuid,
    application_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint screening_flags_pk primary key (id),
    constraint screening_flags_license_uq unique (hit_id, license_id),
    constraint screening_flags_application_uq unique (hit_id, application_id),
    constraint screening_flags_hit_fk foreign key (hit_id) references screening_hits (id),
    constraint screening_flags_license_fk foreign key (license_id) references licenses (id),
    constraint screening_flags_application_fk foreign key (application_id) references applications (id),
    constraint screening_flags_one_subject check (num_nonnulls(license_id, application_id) = 1)
);
comment on table screening_flags is 'Licenses and applications whose party has a hit; a flag changes neither.';
comment on column screening_flags.id is 'UUIDv7';
comment on column screening_flags.version is 'the version of the last step';
comment on column screening_flags.status is 'whether it is raised or was withdrawn';
comment on column screening_flags.hit_id is 'the hit it comes from';
comment on column screening_flags.license_id is 'the license';
comment on column screening_flags.application_id is 'the application';
comment on column screening_flags.created_at is 'when it was first raised';
comment on column screening_flags.updated_at is 'when it last moved';

insert into life_cycles (name, table_name) values
    ('screening_list', 'screening_lists'), ('screening_hit', 'screening_hits'), ('screening_flag', 'screening_flags');
insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('screening_list', 'none', 'keep', 'kept'),
    ('screening_list', 'kept', 'change_terms', 'kept'),
    ('screening_list', 'kept', 'take_edition', 'kept'),
    ('screening_list', 'kept', 'take_doubted_edition', 'kept'),
    ('screening_list', 'kept', 'end', 'ended'),
    ('screening_hit', 'none', 'find', 'open'),
    ('screening_hit', 'obsolete', 'find_again', 'open'),
    ('screening_hit', 'open', 'update', 'open'),
    ('screening_hit', 'confirmed', 'update', 'confirmed'),
    ('screening_hit', 'cleared', 'reopen', 'open'),
    ('screening_hit', 'clearing_proposed', 'reopen', 'open'),
    ('screening_hit', 'confirmation_proposed', 'reopen', 'open'),
    ('screening_hit', 'open', 'lose_entry', 'obsolete'),
    ('screening_hit', 'clearing_proposed', 'lose_entry', 'obsolete'),
    ('screening_hit', 'confirmation_proposed', 'lose_entry', 'obsolete'),
    ('screening_hit', 'cleared', 'lose_entry', 'obsolete'),
    ('screening_hit', 'open', 'clear', 'cleared'),
    ('screening_hit', 'open', 'propose_clearing', 'clearing_proposed'),
    ('screening_hit', 'open', 'propose_confirmation', 'confirmation_proposed'),
    ('screening_hit', 'clearing_proposed', 'agree_to_clearing', 'cleared'),
    ('screening_hit', 'confirmation_proposed', 'confirm', 'confirmed'),
    ('screening_hit', 'clearing_proposed', 'send_back', 'open'),
    ('screening_hit', 'confirmation_proposed', 'send_back', 'open'),
    ('screening_hit', 'cleared', 'reconsider', 'open'),
    ('screening_hit', 'confirmed', 'reconsider', 'open'),
    ('screening_flag', 'none', 'raise', 'raised'),
    ('screening_flag', 'raised', 'withdraw', 'withdrawn'),
    ('screening_flag', 'withdrawn', 'raise', 'raised');
select write_history_projection();
select follow_history('screening_lists', 'screening_list');
select follow_history('screening_hits', 'screening_hit');
select follow_history('screening_flags', 'screening_flag');

create index screening_hits_status_ix on screening_hits (status, id);
create index screening_hits_list_ix on screening_hits (list_id, entry_key);
create index screening_hits_flags_due_ix on screening_hits (id) where flags_due;
create index screening_flags_license_ix on screening_flags (license_id) where status = 'raised';
create index screening_flags_application_ix on screening_flags (application_id) where status = 'raised';

-- A step from a proposal is another person's than the proposal, whatever key they showed.
create function check_hit_signatures() returns trigger language plpgsql as $$
declare
    first uuid;
    second uuid;
begin
    if new.status = 'confirmed' and old.status not in ('confirmation_proposed', 'confirmed') then
        raise exception 'a confirmation is proposed first' using errcode = 'restrict_violation',
            constraint = 'screening_hits_second_person';
    end if;
    if new.status = 'cleared' and old.status = 'open'
       and (new.score >= (select l.second_person_from from screening_lists l where l.id = new.list_id)
            or exists (select from history h where h.subject_id = new.id and h.to_status = 'confirmed')) then
        raise exception 'a clearing at this score is proposed first' using errcode = 'restrict_violation',
            constraint = 'screening_hits_second_person';
    end if;
    if old.status = 'clearing_proposed' and new.status = 'cleared'
       or old.status = 'confirmation_proposed' and new.status = 'confirmed' then
        select h.actor_id into first from history h where h.subject_id = new.id and h.version = new.version - 1;
        select h.actor_id into second from history h where h.subject_id = new.id and h.version = new.version;
        if first is null or second is null or first = second then
            raise exception 'who proposed and who agrees are two persons' using errcode = 'restrict_violation',
                constraint = 'screening_hits_four_eyes';
        end if;
    end if;
    if new.status <> old.status then
        new.flags_due := true;
    end if;
    return new;
end $$;
comment on function check_hit_signatures() is
    'A confirmation takes two persons; so does a clearing from a score on, or of what was confirmed before. A new status moves flags.';
create trigger screening_hits_four_eyes before update of status on screening_hits
    for each row execute function check_hit_signatures();

create function refuse_hit_rewrite() returns trigger language plpgsql as $$
begin
    if (new.party_kind, new.party_id, new.list_id, new.entry_key, new.reference, new.created_at)
       is distinct from (old.party_kind, old.party_id, old.list_id, old.entry_key, old.reference, old.created_at) then
        raise exception 'a hit stays the hit of its pair' using errcode = 'restrict_violation',
            constraint = 'screening_hits_not_edited';
    end if;
    return new;
end $$;
comment on function refuse_hit_rewrite() is 'Whose hit it is, and on which entry, stands.';
create trigger screening_hits_not_edited before update on screening_hits
    for each row execute function refuse_hit_rewrite();

-- A license that is issued, or an application that is filed, while its party has a hit is flagged as well.
create function owe_flags() returns trigger language plpgsql as $$
begin
    update screening_hits h set flags_due = true
     where h.status in ('open', 'clearing_proposed', 'confirmation_proposed', 'confirmed') and not h.flags_due
       and h.party_id in (select n.exporter_id from new_rows n where n.status in ('active', 'submitted')
                          union all select n.end_user_id from new_rows n where n.status in ('active', 'submitted'));
    return null;
end $$;
comment on function owe_flags() is 'What comes on file for a party with a hit is to be flagged.';
create trigger licenses_are_flagged after insert on licenses
    referencing new table as new_rows for each statement execute function owe_flags();
create trigger applications_are_flagged after update on applications
    referencing new table as new_rows for each statement execute function owe_flags();

select guard_rows(t, null) from unnest(array[
    'screening_lists', 'screening_state', 'screening_editions', 'screening_entries', 'screened_parties', 'screening_hits',
    'screening_flags']) as t;
select empower_rules();
