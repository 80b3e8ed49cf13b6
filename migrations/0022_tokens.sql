-- Keys that may do less than their person, that are followed by another before they end, and that tell when they were
-- last used.

alter table tokens
    add column scopes text[],
    add column replaces uuid,
    add column last_used_at timestamptz,
    add constraint tokens_scopes_some check (cardinality(scopes) > 0),
    add constraint tokens_replaces_fk foreign key (replaces) references tokens (id),
    add constraint tokens_replaced_once_uq unique (replaces);
comment on column tokens.scopes is 'the permissions of its person''s role that it is for; null for all of them';
comment on column tokens.replaces is 'the key that it was issued to follow: one follows another once, so that two live at a time';
comment on column tokens.last_used_at is 'when it was last shown, to within ten minutes';

create function keep_token() returns trigger language plpgsql as $$
begin
    if (new.id, new.person_id, new.name, new.secret_hash, new.created_at, new.created_by, new.scopes, new.replaces)
           is distinct from
       (old.id, old.person_id, old.name, old.secret_hash, old.created_at, old.created_by, old.scopes, old.replaces)
       or new.expires_at > old.expires_at
       or (old.revoked_at is not null and (new.revoked_at, new.revoked_by) is distinct from (old.revoked_at, old.revoked_by))
    then
        raise exception 'a key is ended, never changed'
            using errcode = 'restrict_violation', constraint = 'tokens_not_edited';
    end if;
    return new;
end $$;
comment on function keep_token() is 'Refuses to change what a key is, to let it last longer, or to take its revocation back.';
create trigger tokens_not_edited before update on tokens for each row execute function keep_token();
create trigger tokens_no_delete before delete or truncate on tokens for each statement execute function refuse_change();

drop function key_holder(uuid, timestamptz);
create function key_holder(of_token uuid, at timestamptz)
returns table (secret_hash bytea, person_id uuid, handle text, role text, ministry text, exporter_id uuid, scopes text[],
               stale boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select t.secret_hash, p.id, p.handle, p.role, p.ministry, p.exporter_id, t.scopes,
           t.last_used_at is null or t.last_used_at < at - interval '10 minutes'
      from tokens t join people p on p.id = t.person_id
     where t.id = of_token and t.revoked_at is null and t.expires_at > at
$$;
comment on function key_holder(uuid, timestamptz) is
    'Whose key it is, if it works at the time, and whether its last use is to be noted: what the service may ask before it knows its caller.';

create function note_key_use(of_token uuid, at timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
    update tokens set last_used_at = at
     where id = (select id from tokens where id = of_token and coalesce(last_used_at < at, true) for update skip locked)
$$;
comment on function note_key_use(uuid, timestamptz) is 'Notes that a key was shown, unless another request is noting it.';

revoke execute on function key_holder(uuid, timestamptz), note_key_use(uuid, timestamptz) from public;
grant execute on function key_holder(uuid, timestamptz), note_key_use(uuid, timestamptz) to registry_service;
select empower_rules();
