-- Declarations by version: the days until which measures require one, what becomes covered, breach, and what the
-- database refuses of templates and declarations.

-- A declaration is a source of freezes besides those that are known already.
do $$
declare
    sources text;
begin
    select string_agg(distinct quote_literal(known.source), ', ')
      into sources
      from (select m[1] as source
              from pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''', 'g') m
             where c.conname = 'license_freezes_source_known'
             union select 'declaration') known;
    alter table license_freezes drop constraint license_freezes_source_known;
    execute format('alter table license_freezes add constraint license_freezes_source_known check (source in (%s))', sources);
end $$;
comment on column license_freezes.source is 'the kind of act it rests on';
comment on column license_freezes.source_id is 'the act it rests on: the proceeding, the measure, the declaration';

create unique index license_freezes_declaration_uq on license_freezes (license_id, source_id)
    where source = 'declaration' and lifted_at is null;
comment on index license_freezes_declaration_uq is 'a suspected breach holds a license once';

create index licenses_export_in_force_ix on licenses (id) where kind = 'export' and status in ('active', 'frozen');
comment on index licenses_export_in_force_ix is 'the licenses that need a declaration';

create table measure_deadlines (
    measure_id uuid not null,
    due_on date not null,
    operation_id uuid,
    passed_at timestamptz,
    constraint measure_deadlines_pk primary key (measure_id, due_on),
    constraint measure_deadlines_measure_fk foreign key (measure_id) references measures (id),
    constraint measure_deadlines_operation_fk foreign key (operation_id) references operations (id),
    constraint measure_deadlines_passed_whole check ((operation_id is null) = (passed_at is null)),
    constraint measure_deadlines_passed_after check ((passed_at at time zone 'UTC')::date > due_on)
);
comment on table measure_deadlines is
    'The days until which a measure requires a declaration: after each, one operation freezes what stays without it.';
comment on column measure_deadlines.measure_id is 'the measure';
comment on column measure_deadlines.due_on is 'the last day on which the declaration is awaited';
comment on column measure_deadlines.operation_id is 'the operation that freezes what stays without it';
comment on column measure_deadlines.passed_at is 'when the operation came on file';
create index measure_deadlines_open_ix on measure_deadlines (due_on) where operation_id is null;

create function refuse_deadline_rewrite() returns trigger language plpgsql as $$
begin
    if old.operation_id is not null or (new.measure_id, new.due_on) <> (old.measure_id, old.due_on) then
        raise exception 'a deadline passes once' using errcode = 'restrict_violation',
            constraint = 'measure_deadlines_once';
    end if;
    return new;
end $$;
comment on function refuse_deadline_rewrite() is 'A deadline passes once; it is not moved.';
create trigger measure_deadlines_once before update on measure_deadlines
    for each row execute function refuse_deadline_rewrite();
create trigger measure_deadlines_kept before delete or truncate on measure_deadlines
    for each statement execute function refuse_change();

insert into measure_deadlines (measure_id, due_on)
select distinct measure_id, due_on from measure_decisions where due_on is not null;
alter table measure_decisions add constraint measure_decisions_deadline_fk foreign key (measure_id, due_on)
    references measure_deadlines (measure_id, due_on);
alter table measure_decisions add constraint measure_decisions_due_told check (
    (act <> 'require_declaration' or due_on is not null) and (due_on is null or act in ('require_declaration', 'freeze')));
comment on column measure_decisions.due_on is
    'until when a declaration is, or of a freeze: was, required; a freeze without it does not rest on a missing declaration';
create index measure_decisions_due_ix on measure_decisions (measure_id, due_on) where due_on is not null;

create table declaration_arrivals (
    declaration_id uuid not null,
    version integer not null,
    constraint declaration_arrivals_pk primary key (declaration_id, version),
    constraint declaration_arrivals_step_fk foreign key (declaration_id, version) references history (subject_id, version)
);
comment on table declaration_arrivals is
    'Declarations that were accepted and not yet held against the licenses frozen for want of one. The worker takes them out.';
comment on column declaration_arrivals.declaration_id is 'the declaration';
comment on column declaration_arrivals.version is 'the step that accepted it';

create function note_declaration_arrival() returns trigger language plpgsql as $$
begin
    insert into declaration_arrivals (declaration_id, version) values (new.subject_id, new.version);
    return null;
end $$;
comment on function note_declaration_arrival() is 'No accepted declaration is missed, from whatever program.';
create trigger history_notes_declarations after insert on history for each row
    when (new.life_cycle = 'declaration' and new.to_status = 'accepted') execute function note_declaration_arrival();

create function check_breach_four_eyes() returns trigger language plpgsql as $$
begin
    if new.actor_id = (select h.actor_id from history h
                        where h.subject_id = new.subject_id and h.action = 'suspect_breach'
                        order by h.version desc limit 1) then
        raise exception 'who suspected the breach does not confirm it' using errcode = 'check_violation',
            constraint = 'declarations_breach_four_eyes';
    end if;
    return null;
end $$;
comment on function check_breach_four_eyes() is 'A breach is confirmed by another person than the one who suspected it.';
create trigger history_breach_four_eyes after insert on history for each row
    when (new.life_cycle = 'declaration' and new.action = 'confirm_breach') execute function check_breach_four_eyes();

create function check_template_agreed() returns trigger language plpgsql as $$
begin
    if (select count(*) from template_agreements a
         where a.template_id = new.id and a.ministry in ('defense', 'foreign_affairs')) < 2 then
        raise exception 'a template is agreed by the ministries of defense and of foreign affairs'
            using errcode = 'integrity_constraint_violation', constraint = 'declaration_templates_agreed';
    end if;
    return null;
end $$;
comment on function check_template_agreed() is 'No template is agreed or in force without the agreement of both ministries.';
create constraint trigger declaration_templates_agreed after insert or update of status on declaration_templates
    deferrable initially deferred for each row when (new.status in ('agreed', 'in_force'))
    execute function check_template_agreed();

create function refuse_late_item() returns trigger language plpgsql as $$
begin
    if exists (select from history h where h.subject_id = new.declaration_id) then
        raise exception 'a declaration names its products when it is lodged' using errcode = 'restrict_violation',
            constraint = 'declaration_items_lodged';
    end if;
    return null;
end $$;
comment on function refuse_late_item() is 'Nothing is added to what a state has signed.';
create trigger declaration_items_lodged after insert on declaration_items
    for each row execute function refuse_late_item();
