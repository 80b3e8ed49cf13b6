-- What is asked at every request, planned once a session. Nothing else is checked, kept, told or allowed than before.

-- Who calls and what they were answered is one query. As two functions of unknown size, joined, it was planned anew at each
-- request, since no plan for all keys seemed as good as one for this key.
create function recognized(of_token uuid, at timestamptz, of_key text)
returns table (secret_hash bytea, person_id uuid, handle text, role text, ministry text, exporter_id uuid, scopes text[],
               stale boolean, fingerprint bytea, status smallint, headers jsonb, body bytea, sealed_by uuid)
language plpgsql stable rows 1 security definer set search_path = public, pg_temp as $$
begin
    return query
    select t.secret_hash, p.id, p.handle, p.role, p.ministry, p.exporter_id, t.scopes,
           t.last_used_at is null or t.last_used_at < at - interval '10 minutes',
           a.fingerprint, a.status, a.headers, a.body, a.sealed_by
      from tokens t join people p on p.id = t.person_id
      left join idempotent_answers a on a.person_id = p.id and a.key = of_key
     where t.id = of_token and t.revoked_at is null and t.expires_at > at;
end $$;
comment on function recognized(uuid, timestamptz, text) is
    'Whose key it is, if it works at the time, whether its last use is to be noted, and what its person was answered under the key of the request: what the service may ask before it knows its caller.';
revoke execute on function recognized(uuid, timestamptz, text) from public;
grant execute on function recognized(uuid, timestamptz, text) to registry_service;
drop function key_holder(uuid, timestamptz);
alter function answer_on_file(uuid, text) rows 1;

-- A statement that takes one step, which most do, moves its resource without sorting and grouping.
create or replace function write_history_projection() returns void language plpgsql as $write$
begin
    execute format($function$
        create or replace function project_history() returns trigger language plpgsql as $body$
        declare
            step record;
            moved record;
            carried bigint;
        begin
            select n.life_cycle, n.subject_id, n.to_status, n.version, n.at, count(*) over () as steps
              into step from new_steps n limit 1;
            if step.steps = 1 then
                case step.life_cycle
                %1$s
                end case;
                get diagnostics carried = row_count;
                if carried = 0 and step.version > 1 then
                    perform refuse_unmoved(step.life_cycle);
                end if;
                return null;
            end if;
            for moved in
                select s.life_cycle as name, count(distinct s.subject_id) filter (where s.version > 1) as subjects
                  from new_steps s group by s.life_cycle
            loop
                case moved.name
                %2$s
                end case;
                get diagnostics carried = row_count;
                if carried < moved.subjects then
                    perform refuse_unmoved(moved.name);
                end if;
            end loop;
            return null;
        end $body$
    $function$, (
        select string_agg(format(
            'when %1$L then
                update %2$I r set status = step.to_status, version = step.version, updated_at = step.at
                 where r.id = step.subject_id and step.version > r.version;
                ', c.name, c.table_name), '' order by c.name)
          from life_cycles c), (
        select string_agg(format(
            'when %1$L then
                update %2$I r set status = s.to_status, version = s.version, updated_at = s.at
                  from (select distinct on (n.subject_id) n.subject_id, n.to_status, n.version, n.at
                          from new_steps n where n.life_cycle = %1$L order by n.subject_id, n.version desc) s
                 where r.id = s.subject_id and s.version > r.version;
                ', c.name, c.table_name), '' order by c.name)
          from life_cycles c));
end $write$;

-- The first step may come before its resource; a later one moves a resource on file, or is refused.
create function refuse_unmoved(of_cycle text) returns void language plpgsql as $$
begin
    raise exception '%: a later step of what is not on file', of_cycle
        using errcode = 'foreign_key_violation', constraint = 'history_moves_a_resource';
end $$;
comment on function refuse_unmoved(text) is 'Refuses a later step of what is not on file.';
select write_history_projection();
select empower_rules();

-- A function in SQL that is not written out into the query that calls it is parsed and planned anew in each such query; one in
-- PL/pgSQL keeps its plan. A license by its identifier took twice as long for two of these.
create or replace function raised_flags(of_license uuid) returns jsonb language plpgsql stable as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
                   'hitId', f.hit_id, 'hitReference', h.reference, 'hitStatus', h.status, 'partyKind', h.party_kind,
                   'partyId', h.party_id, 'listCode', l.code, 'raisedAt', f.updated_at) order by f.id), '[]')
          from screening_flags f
          join screening_hits h on h.id = f.hit_id
          join screening_lists l on l.id = h.list_id
         where f.license_id = of_license and f.status = 'raised');
end $$;

create or replace function named_consignees(of_application uuid) returns jsonb language plpgsql stable as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
                   'number', n.number, 'role', n.role, 'consigneeId', c.id, 'reference', c.reference,
                   'name', c.name, 'kind', c.kind, 'country', c.country, 'address', n.address) order by n.number), '[]')
          from application_consignees n join consignees c on c.id = n.consignee_id
         where n.application_id = of_application);
end $$;

create or replace function open_lines(of_license uuid) returns integer[]
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (
        select coalesce(array_agg(n.line order by n.line), '{}')
          from license_lines n
         where n.license_id = of_license and (n.quantity is null or n.drawn < n.quantity)
           and not exists (select from license_freezes f
                            where f.license_id = n.license_id and f.lifted_at is null
                              and (f.lines is null or n.line = any (f.lines))));
end $$;

create or replace function filed_codes(of_application uuid) returns text[] language plpgsql stable as $$
begin
    return (
        select coalesce(array_agg(distinct code order by code), '{}')
          from application_lines l
          join product_classifications c
            on c.product_id = l.product_id and c.classification_version = l.classification_version
         cross join unnest(c.control_codes) as code
         where l.application_id = of_application);
end $$;

create or replace function marketing_cover(of_exporter uuid, of_product uuid, of_destination text, of_end_user uuid, on_day date)
returns text language plpgsql stable as $$
begin
    return (
        select m.reference
          from license_lines l join licenses m on m.id = l.license_id
         where l.product_id = of_product and m.kind = 'marketing' and m.exporter_id = of_exporter and m.status = 'active'
           and m.valid_until >= on_day and m.destinations @> array[of_destination]
           and (m.end_user_id is null or m.end_user_id = of_end_user)
           and not exists (select from license_freezes f where f.license_id = m.id and f.lifted_at is null
                              and (f.lines is null or l.line = any (f.lines)))
         order by m.valid_until desc, m.id limit 1);
end $$;

create or replace function next_reference(of_kind text, of_year integer, how_many integer default 1) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    first integer;
begin
    insert into reference_counters as c (kind, year, last) values (of_kind, of_year, how_many)
    on conflict on constraint reference_counters_pk do update set last = c.last + how_many
    returning c.last - how_many + 1 into first;
    return first;
end $$;
