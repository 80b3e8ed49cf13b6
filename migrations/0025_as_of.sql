-- As of an instant. Two times are told apart: when something held, and when the registry recorded it. Each function below
-- takes both, as $1 the instant asked about and as $2 the instant by which it was recorded, and gives the rows of a table
-- as they stood. What is recorded when it happens holds from then on; what was recorded after $2 is left out. Four steps
-- of a license hold from another time than they were recorded: an imported license from its day of issue, an annulment
-- and the withdrawal of an import from the beginning, and the end of a term from the day after, which the reader derives.
-- The functions run as their caller, whose rows they are; they are plain selects, which the planner writes out.

-- A condition that came later than its license: since when it stands.
alter table license_conditions add column added_at timestamptz;
comment on column license_conditions.added_at is
    'when a measure or an objection added it; null where the license was issued with it';
alter table license_conditions disable trigger license_conditions_append_only;
update license_conditions c set added_at = (
    select min(d.decided_at) from measure_decisions d
     where d.measure_id = c.measure_id and d.license_id = c.license_id and d.act = 'add_condition')
 where c.measure_id is not null;
update license_conditions c set added_at = (select o.decided_at from objections o where o.id = c.objection_id)
 where c.objection_id is not null;
alter table license_conditions enable trigger license_conditions_append_only;
alter table license_conditions add constraint license_conditions_dated
    check ((added_at is null) = (measure_id is null and objection_id is null));

create function licenses_at(timestamptz, timestamptz) returns table (
    id uuid, reference text, version integer, status text, kind text, application_id uuid, decision_id uuid,
    exporter_id uuid, end_user_id uuid, destinations text[], via text[], issued_on date, valid_until date,
    predecessor_id uuid, end_use text, import_id uuid, source text, source_number text, particulars jsonb,
    created_at timestamptz, updated_at timestamptz)
language sql stable as $$
    select l.id, l.reference, s.version, s.status, l.kind, l.application_id, l.decision_id, l.exporter_id, l.end_user_id,
           l.destinations, l.via, l.issued_on, l.valid_until, l.predecessor_id, l.end_use, l.import_id, l.source,
           l.source_number, l.particulars, l.created_at, s.at
      from licenses l
      cross join lateral (
          select h.version, h.at,
                 -- Its term still ran then, though it had ended when it was imported.
                 case when h.action = 'import_expired' and l.valid_until >= ($1 at time zone 'UTC')::date then 'active'
                      else h.to_status end as status
            from history h
           where h.subject_id = l.id and h.life_cycle = 'license' and h.at <= $2
             and (h.at <= $1 or h.action in ('import', 'import_expired', 'annul', 'withdraw_import'))
           order by h.version desc limit 1) s
     where l.created_at <= $2
       and (l.created_at <= $1 or l.import_id is not null and (l.issued_on::timestamp at time zone 'UTC') <= $1)
$$;
comment on function licenses_at(timestamptz, timestamptz) is
    'The licenses that were on file at $1, by what was recorded until $2, and where they stood.';

create function license_lines_at(timestamptz, timestamptz) returns table (
    license_id uuid, line integer, product_id uuid, classification_version integer, control_codes text[], description text,
    quantity numeric, unit text, value numeric, currency text, drawn numeric, particulars jsonb)
language sql stable as $$
    select n.license_id, n.line, n.product_id, n.classification_version, n.control_codes, n.description, n.quantity, n.unit,
           n.value, n.currency,
           n.drawn - (select coalesce(sum(d.quantity), 0) from license_draw_downs d
                       where d.license_id = n.license_id and d.line = n.line and d.booked_at > least($1, $2)),
           n.particulars
      from license_lines n
$$;
comment on function license_lines_at(timestamptz, timestamptz) is
    'The lines of licenses with what was shipped at $1, by what was recorded until $2.';

create function license_conditions_at(timestamptz, timestamptz) returns table (
    license_id uuid, number integer, condition text, measure_id uuid)
language sql stable as $$
    select c.license_id, c.number, c.condition, c.measure_id
      from license_conditions c where c.added_at is null or c.added_at <= least($1, $2)
$$;
comment on function license_conditions_at(timestamptz, timestamptz) is
    'The conditions that licenses had at $1, by what was recorded until $2; one of a measure bound while that was in force.';

create function license_freezes_at(timestamptz, timestamptz) returns table (
    license_id uuid, number integer, source text, source_id uuid, ground text, reasons text, lines integer[], review_on date,
    frozen_at timestamptz, lifted_at timestamptz, lift_reasons text)
language sql stable as $$
    select f.license_id, f.number, f.source, f.source_id, f.ground, f.reasons, f.lines, f.review_on, f.frozen_at,
           null::timestamptz, null::text
      from license_freezes f
     where f.frozen_at <= least($1, $2) and (f.lifted_at is null or f.lifted_at > least($1, $2))
$$;
comment on function license_freezes_at(timestamptz, timestamptz) is
    'The freezes that were in force at $1, by what was recorded until $2.';

create function exporters_at(timestamptz, timestamptz) returns table (
    id uuid, reference text, version integer, status text, name text, company_number text, country text,
    registered_until date, created_at timestamptz, updated_at timestamptz)
language sql stable as $$
    select e.id, e.reference, s.version, s.to_status, e.name, e.company_number, e.country,
           (select (h.details ->> 'registeredUntil')::date from history h
             where h.subject_id = e.id and h.version <= s.version and h.action in ('register', 'renew')
             order by h.version desc limit 1),
           e.created_at, s.at
      from exporters e
      cross join lateral (
          select h.version, h.to_status, h.at from history h
           where h.subject_id = e.id and h.life_cycle = 'exporter' and h.at <= least($1, $2)
           order by h.version desc limit 1) s
$$;
comment on function exporters_at(timestamptz, timestamptz) is
    'The exporters that were on file at $1, by what was recorded until $2, with the term they were registered for.';

create function products_at(timestamptz, timestamptz) returns table (
    id uuid, reference text, version integer, status text, exporter_id uuid, name text, description text,
    classification_version integer, created_at timestamptz, updated_at timestamptz)
language sql stable as $$
    select p.id, p.reference, s.version, s.to_status, p.exporter_id,
           (select h.details ->> 'name' from history h
             where h.subject_id = p.id and h.version <= s.version and h.action in ('submit', 'resubmit')
               and h.details ->> 'name' is not null order by h.version desc limit 1),
           (select h.details ->> 'description' from history h
             where h.subject_id = p.id and h.version <= s.version and h.action in ('submit', 'resubmit')
               and h.details ->> 'description' is not null order by h.version desc limit 1),
           (select max(c.classification_version) from product_classifications c
             where c.product_id = p.id and c.classified_at <= least($1, $2)),
           p.created_at, s.at
      from products p
      cross join lateral (
          select h.version, h.to_status, h.at from history h
           where h.subject_id = p.id and h.life_cycle = 'product' and h.at <= least($1, $2)
           order by h.version desc limit 1) s
$$;
comment on function products_at(timestamptz, timestamptz) is
    'The products that were on file at $1, by what was recorded until $2, as they were described and classified.';

create function measures_at(timestamptz, timestamptz) returns table (
    id uuid, reference text, version integer, status text, title text, content_version integer, in_force_content integer,
    in_force_at timestamptz, review_on date, created_at timestamptz, updated_at timestamptz)
language sql stable as $$
    select m.id, m.reference, s.version, s.to_status, c.title, n.content_version, e.content, e.first_at,
           coalesce((select (h.details ->> 'to')::date from history h
                      where h.subject_id = m.id and h.version between e.version and s.version and h.action = 'extend'
                      order by h.version desc limit 1), c.review_on),
           m.created_at, s.at
      from measures m
      cross join lateral (
          select h.version, h.to_status, h.at from history h
           where h.subject_id = m.id and h.life_cycle = 'measure' and h.at <= least($1, $2)
           order by h.version desc limit 1) s
      cross join lateral (
          select max(v.content_version) as content_version from measure_contents v
           where v.measure_id = m.id and v.proposed_at <= least($1, $2)) n
      cross join lateral (
          select min(h.at) as first_at, max(h.version) as version, max((h.details ->> 'content')::integer) as content
            from history h
           where h.subject_id = m.id and h.version <= s.version and h.action in ('bring_into_force', 'amend')) e
      join measure_contents c on c.measure_id = m.id and c.content_version = coalesce(e.content, n.content_version)
$$;
comment on function measures_at(timestamptz, timestamptz) is
    'The measures that were on file at $1, by what was recorded until $2, with the contents proposed and in force then.';

create function measure_approvals_at(timestamptz, timestamptz) returns table (
    measure_id uuid, content_version integer, approved_preview integer, approved_by uuid, approved_at timestamptz,
    approval_reasons text)
language sql stable as $$
    select h.subject_id, (h.details ->> 'content')::integer, (h.details ->> 'preview')::integer, h.actor_id, h.at, h.reasons
      from history h
     where h.life_cycle = 'measure' and h.action = 'approve' and h.at <= least($1, $2)
       -- A newer look at the same content took the approval back.
       and not exists (select from measure_previews v
                        where v.measure_id = h.subject_id and v.content_version = (h.details ->> 'content')::integer
                          and v.number > (h.details ->> 'preview')::integer and v.taken_at <= least($1, $2))
$$;
comment on function measure_approvals_at(timestamptz, timestamptz) is
    'The approvals that contents of measures had at $1, by what was recorded until $2.';

-- What the holder of a license is told of a measure is where it stood and its review date, never its history: the answer
-- is given of a measure that the caller may see now, as of then.
create function measure_stood(of_measure uuid, timestamptz, timestamptz) returns table (status text, review_on date)
language sql stable security definer set search_path = public, pg_temp as $$
    select m.status, m.review_on from measures_at($2, $3) m
     where m.id = of_measure
       and (current_setting('role', true) is distinct from 'registry_exporter'
            or exists (select from measure_decisions d join licenses l on l.id = d.license_id
                        where d.measure_id = of_measure and l.exporter_id = own_exporter())
            or exists (select from license_freezes f join licenses l on l.id = f.license_id
                        where f.source_id = of_measure and l.exporter_id = own_exporter())
            or exists (select from license_conditions c join licenses l on l.id = c.license_id
                        where c.measure_id = of_measure and l.exporter_id = own_exporter()))
$$;
comment on function measure_stood(uuid, timestamptz, timestamptz) is
    'Where a measure stood at $2, by what was recorded until $3; an exporter is told of those that touch its licenses.';
revoke execute on function measure_stood(uuid, timestamptz, timestamptz) from public;
grant execute on function measure_stood(uuid, timestamptz, timestamptz) to registry_office, registry_exporter;

create index license_draw_downs_booked_ix on license_draw_downs (license_id, line, booked_at);
comment on index license_draw_downs_booked_ix is 'what was shipped against a line until an instant';
