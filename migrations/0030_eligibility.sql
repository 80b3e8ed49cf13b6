-- Eligibility checks, uses of exemptions, and one statement each for the two questions that the gate and others ask:
-- which like transactions were refused, and which marketing license covers a product.

create function filed_codes(of_application uuid) returns text[] language sql stable as $$
    select coalesce(array_agg(distinct code order by code), '{}')
      from application_lines l
      join product_classifications c
        on c.product_id = l.product_id and c.classification_version = l.classification_version
     cross join unnest(c.control_codes) as code
     where l.application_id = of_application
$$;
comment on function filed_codes(uuid) is 'The control-list codes of an application, by the classifications that it pinned when it was filed.';

-- A refusal stands at a time when it was countersigned before it and the application was not reopened in between. Of those
-- that stand now the application is still refused, which leaves few to look at.
create function like_refusals(
    of_kind text, of_destination text, of_end_user uuid, of_codes text[], since date, before timestamptz, but uuid)
returns table (application_id uuid, reference text, decision_id uuid, refused_at timestamptz) language sql stable as $$
    select o.id, o.reference, d.id, d.countersigned_at
      from applications o
      join decisions d on d.application_id = o.id and d.status = 'countersigned' and d.outcome = 'refuse'
     where o.destination = of_destination and o.kind = of_kind and o.id is distinct from but
       and (before is not null or o.status = 'refused')
       and o.end_user_id is not distinct from of_end_user
       and d.countersigned_at >= since::timestamp at time zone 'UTC' and (before is null or d.countersigned_at < before)
       and not exists (select from history h where h.subject_id = o.id and h.action = 'reopen'
                          and h.at > d.countersigned_at and (before is null or h.at < before))
       and exists (select from application_lines l
                     join product_classifications c
                       on c.product_id = l.product_id and c.classification_version = l.classification_version
                    where l.application_id = o.id and c.control_codes && of_codes)
$$;
comment on function like_refusals(text, text, uuid, text[], date, timestamptz, uuid) is
    'The refusals of like transactions since a day that stand at a time: the same kind, destination and end user, and a control code in common.';

create function marketing_cover(of_exporter uuid, of_product uuid, of_destination text, of_end_user uuid, on_day date)
returns text language sql stable as $$
    select m.reference
      from license_lines l join licenses m on m.id = l.license_id
     where l.product_id = of_product and m.kind = 'marketing' and m.exporter_id = of_exporter and m.status = 'active'
       and m.valid_until >= on_day and m.destinations @> array[of_destination]
       and (m.end_user_id is null or m.end_user_id = of_end_user)
       and not exists (select from license_freezes f where f.license_id = m.id and f.lifted_at is null
                          and (f.lines is null or l.line = any (f.lines)))
     order by m.valid_until desc, m.id limit 1
$$;
comment on function marketing_cover(uuid, uuid, text, uuid, date) is
    'The marketing license that covers a product on a day: active and in its term, of the exporter, to the destination, for the end user or for none, and no freeze of the line in force.';

-- What was asked before anything was filed, and what the gate said.

create table eligibility_checks (
    id uuid not null,
    reference text not null,
    at timestamptz not null,
    asked_by uuid not null,
    exporter_id uuid not null,
    owner_id uuid,
    asked jsonb not null,
    facts jsonb not null,
    verdict jsonb not null,
    answer jsonb not null,
    told jsonb,
    constraint eligibility_checks_pk primary key (id),
    constraint eligibility_checks_reference_uq unique (reference),
    constraint eligibility_checks_by_fk foreign key (asked_by) references people (id),
    constraint eligibility_checks_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint eligibility_checks_owner_asks check (owner_id = exporter_id),
    constraint eligibility_checks_owner_told check ((owner_id is null) = (told is null)),
    constraint eligibility_checks_at_finite check (isfinite(at))
);
comment on table eligibility_checks is 'What was asked of a case before it was filed, and what the gate said. Append-only.';
comment on column eligibility_checks.id is 'UUIDv7';
comment on column eligibility_checks.reference is 'EC-2026-000123';
comment on column eligibility_checks.at is 'when it was asked';
comment on column eligibility_checks.asked_by is 'who asked';
comment on column eligibility_checks.exporter_id is 'whose case it would be';
comment on column eligibility_checks.owner_id is 'the exporter, where its own person asked; null where staff did, whose check it does not see';
comment on column eligibility_checks.asked is 'what was asked';
comment on column eligibility_checks.facts is 'what the gate was told (src/rules/gate/facts.rs)';
comment on column eligibility_checks.verdict is 'what the gate said, every check';
comment on column eligibility_checks.answer is 'what staff are told';
comment on column eligibility_checks.told is 'what the exporter that asked was told: nothing that is the agency''s own';
create index eligibility_checks_exporter_ix on eligibility_checks (exporter_id, id);
create trigger eligibility_checks_append_only before update or delete or truncate on eligibility_checks
    for each statement execute function refuse_change();
select guard_rows('eligibility_checks', 'owner_id = own_exporter()',
                  'select (id, reference, at, exporter_id, owner_id, asked, told)');

-- Each line of a license that was granted without a marketing license, under an exemption.

create table exemption_uses (
    id uuid not null,
    exemption_id uuid not null,
    license_id uuid not null,
    line integer not null,
    application_id uuid not null,
    conditions text[] not null,
    used_at timestamptz not null,
    constraint exemption_uses_pk primary key (id),
    constraint exemption_uses_line_uq unique (license_id, line),
    constraint exemption_uses_exemption_fk foreign key (exemption_id) references exemptions (id),
    constraint exemption_uses_line_fk foreign key (license_id, line) references license_lines (license_id, line),
    constraint exemption_uses_application_fk foreign key (application_id) references applications (id),
    constraint exemption_uses_at_finite check (isfinite(used_at))
);
comment on table exemption_uses is 'The lines of licenses that rest on an exemption in place of a marketing license. Append-only.';
comment on column exemption_uses.id is 'UUIDv7';
comment on column exemption_uses.exemption_id is 'the exemption';
comment on column exemption_uses.license_id is 'the license that was granted on it';
comment on column exemption_uses.line is 'the line of the license';
comment on column exemption_uses.application_id is 'the application that led to the license';
comment on column exemption_uses.conditions is 'what the exemption required the license to state';
comment on column exemption_uses.used_at is 'when the grant was countersigned';
create index exemption_uses_exemption_ix on exemption_uses (exemption_id, id);
create trigger exemption_uses_append_only before update or delete or truncate on exemption_uses
    for each statement execute function refuse_change();
select guard_rows('exemption_uses', 'exists (select from licenses as whole where whole.id = license_id)');

create function check_exemption_use() returns trigger language plpgsql as $$
begin
    if not exists (select from exemptions e
                    where e.id = new.exemption_id and e.status = 'in_force'
                      and daterange(e.valid_from, e.valid_until, '[]') @> (new.used_at at time zone 'UTC')::date
                      and e.conditions = new.conditions) then
        raise exception 'an exemption is used while it stands, on its conditions' using errcode = 'restrict_violation',
            constraint = 'exemption_uses_stands';
    end if;
    return new;
end $$;
comment on function check_exemption_use() is 'An exemption is used in its term, while it is in force, and with the conditions that it states.';
create trigger exemption_uses_stands before insert on exemption_uses
    for each row execute function check_exemption_use();

-- Like transactions are looked for by end user as well.
create index applications_end_user_ix on applications (end_user_id, id) where end_user_id is not null;

select empower_rules();
