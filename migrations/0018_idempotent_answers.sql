-- The first answer to each request that changes something, so that a request sent again is not done again. Written in the
-- transaction of the change; kept 30 days; removed by the sweeper.

create table idempotent_answers (
    person_id uuid not null,
    key text not null,
    fingerprint bytea not null,
    request_id uuid not null,
    status smallint not null,
    headers jsonb not null,
    body bytea not null,
    sealed_by uuid,
    created_at timestamptz not null,
    constraint idempotent_answers_pk primary key (person_id, key),
    constraint idempotent_answers_person_fk foreign key (person_id) references people (id),
    constraint idempotent_answers_sealed_by_fk foreign key (sealed_by) references tokens (id),
    constraint idempotent_answers_key_shape check (key ~ '^[\x21-\x7e]{1,255}$'),
    constraint idempotent_answers_fingerprint_len check (octet_length(fingerprint) = 32),
    constraint idempotent_answers_status_kept check (status between 200 and 299 or status in (404, 409, 422)),
    constraint idempotent_answers_headers_object check (jsonb_typeof(headers) = 'object'),
    constraint idempotent_answers_at_finite check (isfinite(created_at))
);
comment on table idempotent_answers is 'The first answer to each request that changes something, by person and key.';
comment on column idempotent_answers.person_id is 'who asked, with whichever token';
comment on column idempotent_answers.key is 'the Idempotency-Key';
comment on column idempotent_answers.fingerprint is 'SHA-256 of method, target and body: what the key stands for';
comment on column idempotent_answers.request_id is 'the request that was answered, as in history and the audit log';
comment on column idempotent_answers.status is 'the HTTP status of the answer';
comment on column idempotent_answers.headers is 'its Content-Type, ETag and Location';
comment on column idempotent_answers.body is 'its body, to the letter; or sealed';
comment on column idempotent_answers.sealed_by is 'the token under whose secret the body is sealed; null where it is in clear';
comment on column idempotent_answers.created_at is 'when, by the registry''s clock';
create index idempotent_answers_created_ix on idempotent_answers (created_at);

-- A person's own: the transaction names the person whose requests it stores answers to, whatever role it took. No one
-- changes an answer, and the office removes old ones by the one function for it.
create function own_person() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('registry.person', true), '')::uuid
$$;
comment on function own_person() is 'The person whose request the transaction answers; null for any other, which no row equals.';
alter table idempotent_answers enable row level security;
alter table idempotent_answers force row level security;
do $$
begin
    execute format('create policy idempotent_answers_owner on idempotent_answers to %I using (true)', current_user);
end $$;
create policy idempotent_answers_own on idempotent_answers to registry_office, registry_exporter
    using (person_id = own_person());
grant select, insert on idempotent_answers to registry_office, registry_exporter;

create function answer_on_file(of_person uuid, of_key text)
returns table (fingerprint bytea, status smallint, headers jsonb, body bytea, sealed_by uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.fingerprint, a.status, a.headers, a.body, a.sealed_by
      from idempotent_answers a where a.person_id = of_person and a.key = of_key
$$;
comment on function answer_on_file(uuid, text) is
    'The answer that a person was given under a key: asked at the threshold, outside the transaction of the request.';
revoke execute on function answer_on_file(uuid, text) from public;
grant execute on function answer_on_file(uuid, text) to registry_service;

create function forget_answers(before timestamptz, most integer) returns bigint
language sql security definer set search_path = public, pg_temp as $$
    with forgotten as (
        delete from idempotent_answers a using (
            select person_id, key from idempotent_answers where created_at < before
             order by created_at limit most for update skip locked) old
         where a.person_id = old.person_id and a.key = old.key returning 1)
    select count(*) from forgotten
$$;
comment on function forget_answers(timestamptz, integer) is 'Removes the oldest answers from before a time; gives how many.';
revoke execute on function forget_answers(timestamptz, integer) from public;
grant execute on function forget_answers(timestamptz, integer) to registry_office;
