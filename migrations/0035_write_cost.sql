-- What a write costs. Nothing else is checked, kept or allowed than before.

-- What is asked at the threshold, at every request. A function in SQL that runs as its owner is parsed and planned anew at
-- each call, which was ten times what its query took; one in PL/pgSQL keeps its plan for the session.
create or replace function key_holder(of_token uuid, at timestamptz)
returns table (secret_hash bytea, person_id uuid, handle text, role text, ministry text, exporter_id uuid, scopes text[],
               stale boolean)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select t.secret_hash, p.id, p.handle, p.role, p.ministry, p.exporter_id, t.scopes,
           t.last_used_at is null or t.last_used_at < at - interval '10 minutes'
      from tokens t join people p on p.id = t.person_id
     where t.id = of_token and t.revoked_at is null and t.expires_at > at;
end $$;

create or replace function login_token(of_login text, at timestamptz) returns uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select t.id from tokens t where t.login = of_login and t.revoked_at is null and t.expires_at > at);
end $$;

create or replace function answer_on_file(of_person uuid, of_key text)
returns table (fingerprint bytea, status smallint, headers jsonb, body bytea, sealed_by uuid)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select a.fingerprint, a.status, a.headers, a.body, a.sealed_by
      from idempotent_answers a where a.person_id = of_person and a.key = of_key;
end $$;

-- The bound on the length stands beside the pattern: as a part of it, it has the pattern counted out at each row, fifty
-- times as long.
alter table idempotent_answers
    drop constraint idempotent_answers_key_shape,
    add constraint idempotent_answers_key_shape check (length(key) <= 255 and key ~ '^[\x21-\x7e]+$');

-- A line's decision is looked up by its id. Asked for with the status of an open one it was looked for in the index of all
-- open ones, a single page, which each proposal reads and writes: so each one depended on every other of the moment, and
-- all but one of those that met were aborted (SERIALIZABLE).
create or replace function refuse_signed_line() returns trigger language plpgsql as $$
begin
    if (select d.status from decisions d where d.id = new.decision_id) is distinct from 'proposed' then
        raise exception 'a decision that is signed takes no further line' using errcode = 'restrict_violation',
            constraint = 'decision_lines_signed';
    end if;
    return new;
end $$;
select empower_rules();
