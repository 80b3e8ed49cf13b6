-- Whose rows. The service logs in as registry_service, which owns nothing and may read no row. A transaction takes the
-- role of the one on whose behalf it runs: registry_office sees every row, registry_exporter the rows of the exporter
-- that registry.exporter names, registry_public what is public. Row-level security is forced, so that what the service
-- forgets to check the database still keeps. The roles belong to the whole server, which may hold several registries.

do $$
declare
    role text;
begin
    foreach role in array array['registry_service', 'registry_office', 'registry_exporter', 'registry_public'] loop
        if not exists (select from pg_roles where rolname = role) then
            begin
                -- The service logs in where the server trusts whoever reaches its socket; without a password, nowhere else.
                execute format('create role %I %s nosuperuser nocreatedb nocreaterole noinherit nobypassrls', role,
                               case role when 'registry_service' then 'login' else 'nologin' end);
            exception when duplicate_object or unique_violation then
                -- Another registry on this server is made at this moment.
                null;
            end;
        end if;
        if role <> 'registry_service' and not pg_has_role('registry_service', role, 'member') then
            execute format('grant %I to registry_service', role);
        end if;
    end loop;
    if not pg_has_role(current_user, 'registry_service', 'member') then
        execute format('grant registry_service to %I', current_user);
    end if;
end $$;

create function own_exporter() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('registry.exporter', true), '')::uuid
$$;
comment on function own_exporter() is 'The exporter on whose behalf the transaction runs; null for any other, which no row equals.';

create function guard_rows(guarded text, own text, rights text default 'select') returns void language plpgsql as $$
begin
    execute format('alter table %I enable row level security', guarded);
    execute format('alter table %I force row level security', guarded);
    execute format('create policy %I on %I to %I using (true)', guarded || '_owner', guarded, current_user);
    execute format('create policy %I on %I to registry_office using (true)', guarded || '_office', guarded);
    execute format('grant select, insert, update, delete on %I to registry_office', guarded);
    if own is not null then
        execute format('create policy %I on %I to registry_exporter using (%s)', guarded || '_own', guarded, own);
        execute format('grant %s on %I to registry_exporter', rights, guarded);
    end if;
end $$;
comment on function guard_rows(text, text, text) is
    'Puts a table under row-level security: the office sees it whole, an exporter the rows for which own holds; none where own is null.';

-- The agency's own: no exporter has a right to them.
select guard_rows(t, null) from unnest(array[
    'allegations', 'application_positions', 'assessment_considerations', 'assessment_positions', 'assessment_scores',
    'assessments', 'import_rejects', 'imports', 'measure_agreements', 'measure_contents', 'measure_deadlines',
    'measure_previews', 'measures', 'operation_batches', 'operations', 'override_dissents', 'overrides',
    'policy_epoch', 'reference_counters', 'review_evidence', 'reviews', 'tokens',
    'declaration_arrivals']) as t;

-- Open to every exporter.
select guard_rows(t, 'true') from unnest(array[
    'arms_embargoes', 'control_list_entries', 'country_group_members', 'country_groups', 'exemptions', 'life_cycles',
    'life_cycle_transitions', 'template_agreements', 'territories']) as t;
select guard_rows('declaration_templates', $$status in ('agreed', 'in_force', 'superseded', 'withdrawn')$$);

-- An exporter's own.
select guard_rows('people', 'exporter_id = own_exporter()');
select guard_rows('exporters', 'id = own_exporter()', 'select, update (updated_at)');
select guard_rows('products', 'exporter_id = own_exporter()', 'select, insert, update');
select guard_rows('end_users', 'exporter_id = own_exporter()', 'select, insert, update');
select guard_rows('declarations', 'exporter_id = own_exporter()', 'select, insert, update (updated_at)');
select guard_rows('applications', 'exporter_id = own_exporter()', 'select, insert, update');
select guard_rows('licenses', 'exporter_id = own_exporter()', 'select, update (updated_at)');
select guard_rows('revocations', 'exporter_id = own_exporter()', 'select, update');
select guard_rows('objections', 'exporter_id = own_exporter()', 'select, insert, update');
select guard_rows('history', 'owner_id = own_exporter()', 'select, insert');
select guard_rows('audit_entries', 'owner_id = own_exporter()', 'insert');
select guard_rows('outbox', 'owner_id = own_exporter()');

-- Parts of an exporter's own: whoever sees the whole sees its parts.
select guard_rows(part, format('exists (select from %I as whole where whole.id = %I)', whole, key), rights)
  from (values
    ('product_classifications', 'products', 'product_id', 'select'),
    ('application_lines', 'applications', 'application_id', 'select, insert, update, delete'),
    ('application_reopenings', 'applications', 'application_id', 'select'),
    ('declaration_items', 'declarations', 'declaration_id', 'select, insert'),
    ('declaration_uses', 'declarations', 'declaration_id', 'select, insert, delete'),
    ('license_conditions', 'licenses', 'license_id', 'select'),
    ('license_draw_downs', 'licenses', 'license_id', 'select'),
    ('license_freezes', 'licenses', 'license_id', 'select'),
    ('license_lines', 'licenses', 'license_id', 'select'),
    ('license_reinstatements', 'licenses', 'license_id', 'select'),
    ('measure_decisions', 'licenses', 'license_id', 'select'),
    ('revocation_hearings', 'revocations', 'revocation_id', 'select, insert')) as t (part, whole, key, rights);
-- A proposal is the agency's own affair until it is countersigned.
select guard_rows('decisions', $$status = 'countersigned'
    and exists (select from applications as whole where whole.id = application_id)$$);
select guard_rows('decision_lines', 'exists (select from decisions as whole where whole.id = decision_id)');

-- What an exporter is told of the agency's own: which measure holds its license, which override departed for it.
create policy measures_own on measures for select to registry_exporter using (
    exists (select from measure_decisions d where d.measure_id = measures.id)
    or exists (select from license_freezes f where f.source_id = measures.id)
    or exists (select from license_conditions c where c.measure_id = measures.id)
    or exists (select from revocations r where r.measure_id = measures.id));
grant select (id, reference, status, review_on) on measures to registry_exporter;
create policy overrides_own on overrides for select to registry_exporter using (
    exists (select from applications a where a.id = application_id)
    or exists (select from licenses l where l.id = license_id));
grant select (id, reference, status) on overrides to registry_exporter;

-- What anyone may ask of a license: whether it is valid.
create policy licenses_public on licenses for select to registry_public using (true);
grant select (id, reference, kind, status, issued_on, valid_until) on licenses to registry_public;
create policy license_freezes_public on license_freezes for select to registry_public using (true);
grant select (license_id, lines, lifted_at) on license_freezes to registry_public;
create policy declaration_templates_public on declaration_templates for select to registry_public using (status = 'in_force');
grant select on declaration_templates to registry_public;

-- The registry's own rules see every row, whoever acts: they run as their owner, in their own schema.
create function empower_rules() returns void language plpgsql as $$
declare
    rule regprocedure;
begin
    for rule in
        select p.oid::regprocedure from pg_proc p
         where p.pronamespace = 'public'::regnamespace
           and (p.prorettype = 'trigger'::regtype or p.proname in ('next_reference', 'took_part_in'))
    loop
        execute format('alter function %s security definer set search_path = public, pg_temp', rule);
    end loop;
end $$;
comment on function empower_rules() is
    'Lets the trigger functions see every row. A migration that makes one, or calls write_history_projection(), calls it again.';
select empower_rules();

create function key_holder(of_token uuid, at timestamptz)
returns table (secret_hash bytea, person_id uuid, handle text, role text, ministry text, exporter_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select t.secret_hash, p.id, p.handle, p.role, p.ministry, p.exporter_id
      from tokens t join people p on p.id = t.person_id
     where t.id = of_token and t.revoked_at is null and t.expires_at > at
$$;
comment on function key_holder(uuid, timestamptz) is
    'Whose key it is, if it works at the time: the one question the service may ask before it knows its caller.';
revoke execute on function key_holder(uuid, timestamptz) from public;
grant execute on function key_holder(uuid, timestamptz) to registry_service;
