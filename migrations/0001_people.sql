-- People and their keys. A person has one role; a token is a key of that person, so that a second token is never a
-- second pair of eyes.

create table people (
    id uuid not null,
    handle text not null,
    role text not null,
    ministry text,
    exporter_id uuid,
    created_at timestamptz not null,
    constraint people_pk primary key (id),
    constraint people_handle_uq unique (handle),
    constraint people_handle_shape check (handle ~ '^[a-z0-9._-]{2,64}$'),
    constraint people_role_known check (role in (
        'exporter', 'licensing_officer', 'classifier', 'reviewer', 'committee', 'head_of_agency', 'countersigner',
        'director_general', 'minister', 'customs', 'auditor', 'administrator', 'clock')),
    constraint people_ministry_known check (ministry in ('defense', 'foreign_affairs', 'economy')),
    constraint people_reviewer_has_ministry check ((role = 'reviewer') = (ministry is not null)),
    constraint people_exporter_has_exporter check ((role = 'exporter') = (exporter_id is not null))
);
comment on table people is 'Who acts: staff, exporters'' people, and the two that hold no token (clock, command-line).';
comment on column people.id is 'UUIDv7 of the person';
comment on column people.handle is 'short stable identifier of the person; no other personal data is kept';
comment on column people.role is 'what the person acts as';
comment on column people.ministry is 'the ministry a reviewer speaks for';
comment on column people.exporter_id is 'the exporter a person of role exporter acts for';
comment on column people.created_at is 'when the person was entered';

create table tokens (
    id uuid not null,
    person_id uuid not null,
    name text not null,
    secret_hash bytea not null,
    created_at timestamptz not null,
    created_by uuid,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_by uuid,
    constraint tokens_pk primary key (id),
    constraint tokens_person_fk foreign key (person_id) references people (id),
    constraint tokens_created_by_fk foreign key (created_by) references people (id),
    constraint tokens_revoked_by_fk foreign key (revoked_by) references people (id),
    constraint tokens_secret_hash_len check (octet_length(secret_hash) = 32),
    constraint tokens_revoked_whole check ((revoked_at is null) = (revoked_by is null)),
    constraint tokens_expires_after check (expires_at > created_at and expires_at < 'infinity')
);
comment on table tokens is 'Keys to the API. Only a hash of the secret is stored.';
comment on column tokens.id is 'UUIDv7, also the public part of the token';
comment on column tokens.person_id is 'whose key it is';
comment on column tokens.name is 'what the key is used for';
comment on column tokens.secret_hash is 'SHA-256 of the 256-bit secret; the secret itself is never stored';
comment on column tokens.created_at is 'when it was issued';
comment on column tokens.created_by is 'who issued it; null for the first administrator''s';
comment on column tokens.expires_at is 'when it stops working';
comment on column tokens.revoked_at is 'when it was revoked, which holds from the next request';
comment on column tokens.revoked_by is 'who revoked it';
create index tokens_person_ix on tokens (person_id);

insert into people (id, handle, role, created_at) values
    ('00000000-0000-7000-8000-000000000001', 'clock', 'clock', '2020-01-01T00:00:00Z'),
    ('00000000-0000-7000-8000-000000000002', 'command-line', 'licensing_officer', '2020-01-01T00:00:00Z');
