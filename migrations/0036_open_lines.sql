-- What anyone may ask of a license: whether a line of it can still be used. How much was licensed and shipped stays unseen.

create function open_lines(of_license uuid) returns integer[]
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(n.line order by n.line), '{}')
      from license_lines n
     where n.license_id = of_license and (n.quantity is null or n.drawn < n.quantity)
       and not exists (select from license_freezes f
                        where f.license_id = n.license_id and f.lifted_at is null and (f.lines is null or n.line = any (f.lines)))
$$;
comment on function open_lines(uuid) is
    'The lines of a license of which something is left and which no freeze covers; whether the license is active is not asked.';
revoke execute on function open_lines(uuid) from public;
grant execute on function open_lines(uuid) to registry_public;
