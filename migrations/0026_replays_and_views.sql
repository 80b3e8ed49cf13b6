-- Replays, and the views of files: what auditors ask of verdicts and of readers.

-- The verdicts of the log are found without reading the rest of it.

create index audit_entries_verdict_ix on audit_entries (id) where verdict is not null;
comment on index audit_entries_verdict_ix is 'the entries that hold a verdict: replays';
create index decisions_countersigned_ix on decisions (countersigned_at) where status = 'countersigned';
comment on index decisions_countersigned_ix is 'the decisions of a span: replays under another rule, questions of auditors';

comment on column audit_entries.verdict is
    'the verdict it rests on, where the gate was asked; its member case holds what the gate was told (src/rules/replay.rs)';

-- Who looked at which file. A read is noted in memory and written in batches; each batch is one entry of the log.
create table file_views (
    id uuid not null,
    batch_id uuid not null,
    number bigint not null,
    at timestamptz not null,
    person_id uuid not null,
    role text not null,
    token_id uuid,
    subject_kind text not null,
    subject_id uuid not null,
    route text not null,
    request_id uuid not null,
    constraint file_views_pk primary key (id),
    constraint file_views_number_uq unique (batch_id, number),
    constraint file_views_person_fk foreign key (person_id) references people (id),
    constraint file_views_token_fk foreign key (token_id) references tokens (id),
    constraint file_views_number_positive check (number >= 1),
    constraint file_views_at_finite check (isfinite(at))
);
comment on table file_views is 'Reads of one file by a person. Append-only.';
comment on column file_views.id is 'UUIDv7';
comment on column file_views.batch_id is 'the batch it was written in: the subject of its audit entry, which has the digest';
comment on column file_views.number is '1, 2, … in the batch';
comment on column file_views.at is 'when';
comment on column file_views.person_id is 'who';
comment on column file_views.role is 'in which role';
comment on column file_views.token_id is 'with which key; null for a token of an identity provider';
comment on column file_views.subject_kind is 'the kind of file';
comment on column file_views.subject_id is 'the file';
comment on column file_views.route is 'the route, as its template';
comment on column file_views.request_id is 'the request';
create index file_views_subject_ix on file_views (subject_id, id);
create index file_views_person_ix on file_views (person_id, id);
create trigger file_views_append_only before update or delete or truncate on file_views
    for each statement execute function refuse_change();
select guard_rows('file_views', null);
select empower_rules();
