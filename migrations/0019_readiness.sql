-- What the service may know of the migrations that its database has been through, to tell whether it is ready.

-- In plpgsql, so that the table is looked for when it is asked: it is made by whatever applies the migrations.
create function applied_migrations() returns table (version bigint, checksum bytea)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query select m.version, m.checksum from _sqlx_migrations m where m.success;
end $$;
comment on function applied_migrations() is 'The migrations that have been applied, with the digest of what was run.';
revoke execute on function applied_migrations() from public;
grant execute on function applied_migrations() to registry_public;
