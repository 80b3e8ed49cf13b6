-- A log that cannot be altered unseen. Every entry becomes a leaf of a Merkle tree (RFC 6962), in the order in which the
-- entries were committed; docs/evidence.md says of what a leaf is made. Writers of entries do not wait for it.

alter table audit_entries
    alter column actor_id drop not null,
    alter column actor_role drop not null,
    alter column subject_kind drop not null,
    alter column subject_id drop not null,
    add column outcome text not null default 'done',
    add column problem text,
    add column salt bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    add column verdict_salt bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    add column xid xid8 not null default pg_current_xact_id(),
    add constraint audit_entries_outcome_known check (outcome in ('done', 'refused')),
    add constraint audit_entries_refused_has_problem check ((outcome = 'refused') = (problem is not null)),
    add constraint audit_entries_done_by_someone check
        (outcome = 'refused' or (actor_id is not null and subject_kind is not null and subject_id is not null)),
    add constraint audit_entries_actor_has_role check ((actor_id is null) = (actor_role is null)),
    add constraint audit_entries_salts_256_bits check (octet_length(salt) = 32 and octet_length(verdict_salt) = 32);
comment on table audit_entries is
    'One entry for every change, written in the transaction of the change, and for every refused attempt of consequence; append-only.';
comment on column audit_entries.actor_id is 'who; null where an attempt was refused of someone who is not known';
comment on column audit_entries.actor_role is 'in which role; null where it is not known who';
comment on column audit_entries.subject_kind is 'the kind of resource it was done to; null where an attempt named none';
comment on column audit_entries.subject_id is 'the resource; null where an attempt named none';
comment on column audit_entries.outcome is 'done, or refused: then nothing was changed';
comment on column audit_entries.problem is 'the kind of problem a refused attempt was answered with';
comment on column audit_entries.salt is 'what the commitment to the particulars is made with, so that they cannot be guessed from it';
comment on column audit_entries.verdict_salt is 'the same for the verdict';
comment on column audit_entries.xid is 'the transaction that wrote it: what the sequencer finds new entries by';
create index audit_entries_xid_ix on audit_entries (xid);

create function refuse_gap_of_leaves() returns trigger language plpgsql as $$
declare
    first bigint;
    last bigint;
    rows bigint;
    before bigint;
begin
    select min(index), max(index), count(*) into first, last, rows from new_leaves;
    if rows = 0 then
        return null;
    end if;
    select max(index) into before from audit_leaves where index < first;
    if last - first + 1 <> rows or first <> coalesce(before + 1, 0) then
        raise exception 'leaves follow each other without a gap'
            using errcode = 'restrict_violation', constraint = 'audit_leaves_gapless';
    end if;
    return null;
end $$;
comment on function refuse_gap_of_leaves() is 'Refuses leaves that do not follow the last one.';

create table audit_leaves (
    index bigint not null,
    entry_id uuid not null,
    subject_id uuid,
    leaf bytea not null,
    hash bytea not null,
    constraint audit_leaves_pk primary key (index),
    constraint audit_leaves_entry_uq unique (entry_id),
    constraint audit_leaves_entry_fk foreign key (entry_id) references audit_entries (id),
    constraint audit_leaves_index_positive check (index >= 0),
    constraint audit_leaves_hash_is_of_leaf check (hash = sha256('\x00'::bytea || leaf))
);
comment on table audit_leaves is 'The leaves of the log, one for each entry, in the order of the tree; append-only.';
comment on column audit_leaves.index is 'its place in the tree, from 0 without a gap';
comment on column audit_leaves.entry_id is 'the entry';
comment on column audit_leaves.subject_id is 'the resource of the entry';
comment on column audit_leaves.leaf is 'the canonical JSON (RFC 8785) that was hashed';
comment on column audit_leaves.hash is 'its leaf hash (RFC 6962)';
create index audit_leaves_subject_ix on audit_leaves (subject_id, index);
create trigger audit_leaves_append_only before update or delete or truncate on audit_leaves
    for each statement execute function refuse_change();
create trigger audit_leaves_gapless after insert on audit_leaves
    referencing new table as new_leaves for each statement execute function refuse_gap_of_leaves();

create table audit_tiles (
    level smallint not null,
    index bigint not null,
    hashes bytea not null,
    root bytea not null,
    constraint audit_tiles_pk primary key (level, index),
    constraint audit_tiles_place_positive check (level between 0 and 6 and index >= 0),
    constraint audit_tiles_full check (octet_length(hashes) = 8192),
    constraint audit_tiles_root_256_bits check (octet_length(root) = 32)
);
comment on table audit_tiles is
    'The full tiles of the tree (C2SP tlog-tiles); what is not full yet is read from the leaves and from the roots below; append-only.';
comment on column audit_tiles.level is 'its level: 0 over leaves';
comment on column audit_tiles.index is 'its place in the level';
comment on column audit_tiles.hashes is 'its 256 hashes';
comment on column audit_tiles.root is 'the root over them: a hash in the level above';
-- Hashes do not get smaller.
alter table audit_tiles alter column hashes set storage external;
create trigger audit_tiles_append_only before update or delete or truncate on audit_tiles
    for each statement execute function refuse_change();

select guard_rows(t, null) from unnest(array['audit_leaves', 'audit_tiles']) as t;
select empower_rules();
