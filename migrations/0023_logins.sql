-- Logins: a person of an agency that has an identity provider comes in with its access tokens. A login is a key without
-- a secret of ours: it names the subject that the identity provider vouches for, and ends as any other key does.

alter table tokens
    add column login text,
    alter column secret_hash drop not null,
    add constraint tokens_secret_or_login check ((secret_hash is null) = (login is not null)),
    add constraint tokens_login_shape check (login ~ '^[^[:cntrl:]]{1,255}$');
comment on column tokens.login is 'the subject (sub) at the identity provider whose access tokens are taken as this key; null for a key with a secret';
create unique index tokens_login_uq on tokens (login) where login is not null and revoked_at is null;

create or replace function keep_token() returns trigger language plpgsql as $$
begin
    if (new.id, new.person_id, new.name, new.secret_hash, new.login, new.created_at, new.created_by, new.scopes, new.replaces)
           is distinct from
       (old.id, old.person_id, old.name, old.secret_hash, old.login, old.created_at, old.created_by, old.scopes, old.replaces)
       or new.expires_at > old.expires_at
       or (old.revoked_at is not null and (new.revoked_at, new.revoked_by) is distinct from (old.revoked_at, old.revoked_by))
    then
        raise exception 'a key is ended, never changed'
            using errcode = 'restrict_violation', constraint = 'tokens_not_edited';
    end if;
    return new;
end $$;

create function login_token(of_login text, at timestamptz) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select t.id from tokens t where t.login = of_login and t.revoked_at is null and t.expires_at > at
$$;
comment on function login_token(text, timestamptz) is 'The key of a subject of the identity provider, if it works at the time.';
revoke execute on function login_token(text, timestamptz) from public;
grant execute on function login_token(text, timestamptz) to registry_service;
select empower_rules();
