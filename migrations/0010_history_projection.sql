-- The projection of histories, as before, with one static statement a life cycle: a statement put together at run time
-- is planned anew at every step, which was most of what a step cost (565 us a step with it, 212 us without, measured on
-- the same 1,000 steps). Of several steps of one resource the last is taken by a sort, so that a statement of many steps
-- costs no more a step than one of few. The function is written out from life_cycles, so the table stays the one list; a migration
-- that adds a life cycle calls write_history_projection() again.

create function write_history_projection() returns void language plpgsql as $write$
begin
    execute format($function$
        create or replace function project_history() returns trigger language plpgsql as $body$
        declare
            cycle text;
        begin
            for cycle in select distinct s.life_cycle from new_steps s loop
                case cycle
                %s
                end case;
            end loop;
            return null;
        end $body$
    $function$, (
        select string_agg(format(
            'when %1$L then
                update %2$I r set status = s.to_status, version = s.version, updated_at = s.at
                  from (select distinct on (n.subject_id) n.subject_id, n.to_status, n.version, n.at
                          from new_steps n where n.life_cycle = %1$L order by n.subject_id, n.version desc) s
                 where r.id = s.subject_id and s.version > r.version;
                ', c.name, c.table_name), '' order by c.name)
          from life_cycles c));
end $write$;
comment on function write_history_projection() is
    'Writes project_history() out from life_cycles; a life cycle without a branch makes a step fail (case not found).';

select write_history_projection();
