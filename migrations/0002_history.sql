-- Histories. Every resource with a life cycle keeps its steps in one append-only table. Foreign keys and the primary
-- key refuse an illegal step, a gap and a fork from whatever program writes; a trigger carries the new status to the
-- resource, so that a step is one insert; a deferred key refuses a status that no step led to.

create table life_cycles (
    name text not null,
    table_name text not null,
    constraint life_cycles_pk primary key (name),
    constraint life_cycles_table_uq unique (table_name)
);
comment on table life_cycles is 'The life cycles of src/rules/cycles.rs.';
comment on column life_cycles.name is 'the life cycle, as src/rules names it';
comment on column life_cycles.table_name is 'the table whose rows it moves';

insert into life_cycles (name, table_name) values
    ('exporter', 'exporters'), ('product', 'products'), ('end_user', 'end_users'),
    ('declaration_template', 'declaration_templates'), ('declaration', 'declarations'),
    ('application', 'applications'), ('license', 'licenses'), ('revocation', 'revocations'), ('import', 'imports');

create table life_cycle_transitions (
    life_cycle text not null,
    from_status text not null,
    action text not null,
    to_status text not null,
    constraint life_cycle_transitions_pk primary key (life_cycle, from_status, action),
    constraint life_cycle_transitions_edge_uq unique (life_cycle, from_status, action, to_status),
    constraint life_cycle_transitions_cycle_fk foreign key (life_cycle) references life_cycles (name)
);
comment on table life_cycle_transitions is 'Every permitted step: the mirror of the edges in src/rules, compared by a test.';
comment on column life_cycle_transitions.life_cycle is 'which life cycle';
comment on column life_cycle_transitions.from_status is 'the status before; ''none'' where the step puts the resource on file';
comment on column life_cycle_transitions.action is 'the act';
comment on column life_cycle_transitions.to_status is 'the status after';

insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('exporter', 'none', 'apply', 'applied'),
    ('exporter', 'applied', 'register', 'registered'),
    ('exporter', 'applied', 'refuse', 'refused'),
    ('exporter', 'registered', 'suspend', 'suspended'),
    ('exporter', 'suspended', 'reinstate', 'registered'),
    ('exporter', 'registered', 'remove', 'removed'),
    ('exporter', 'suspended', 'remove', 'removed'),
    ('exporter', 'registered', 'lapse', 'lapsed'),
    ('exporter', 'registered', 'renew', 'registered'),
    ('exporter', 'lapsed', 'renew', 'registered'),
    ('exporter', 'registered', 'surrender', 'surrendered'),
    ('product', 'none', 'submit', 'submitted'),
    ('product', 'submitted', 'return', 'returned'),
    ('product', 'returned', 'resubmit', 'submitted'),
    ('product', 'submitted', 'classify', 'classified'),
    ('product', 'submitted', 'find_not_controlled', 'not_controlled'),
    ('product', 'classified', 'reclassify', 'classified'),
    ('product', 'classified', 'retire', 'retired'),
    ('end_user', 'none', 'register', 'registered'),
    ('end_user', 'registered', 'correct', 'registered'),
    ('declaration_template', 'none', 'draft', 'draft'),
    ('declaration_template', 'draft', 'agree', 'agreed'),
    ('declaration_template', 'agreed', 'bring_into_force', 'in_force'),
    ('declaration_template', 'in_force', 'supersede', 'superseded'),
    ('declaration_template', 'draft', 'withdraw', 'withdrawn'),
    ('declaration_template', 'agreed', 'withdraw', 'withdrawn'),
    ('declaration_template', 'in_force', 'withdraw', 'withdrawn'),
    ('declaration', 'none', 'lodge', 'lodged'),
    ('declaration', 'lodged', 'begin_verification', 'in_verification'),
    ('declaration', 'in_verification', 'accept', 'accepted'),
    ('declaration', 'in_verification', 'reject', 'rejected'),
    ('declaration', 'accepted', 'expire', 'expired'),
    ('declaration', 'accepted', 'supersede', 'superseded'),
    ('declaration', 'accepted', 'suspect_breach', 'breach_suspected'),
    ('declaration', 'expired', 'suspect_breach', 'breach_suspected'),
    ('declaration', 'breach_suspected', 'confirm_breach', 'breach_confirmed'),
    ('declaration', 'breach_suspected', 'clear_suspicion', 'accepted'),
    ('application', 'none', 'open', 'draft'),
    ('application', 'draft', 'revise', 'draft'),
    ('application', 'returned', 'revise', 'returned'),
    ('application', 'draft', 'submit', 'submitted'),
    ('application', 'returned', 'submit', 'submitted'),
    ('application', 'submitted', 'return', 'returned'),
    ('application', 'submitted', 'take_up', 'in_review'),
    ('application', 'in_review', 'request_information', 'information_requested'),
    ('application', 'information_requested', 'supply_information', 'in_review'),
    ('application', 'in_review', 'refer', 'referred'),
    ('application', 'referred', 'conclude_referral', 'in_review'),
    ('application', 'in_review', 'grant', 'granted'),
    ('application', 'in_review', 'grant_in_part', 'granted_in_part'),
    ('application', 'in_review', 'refuse', 'refused'),
    ('application', 'draft', 'withdraw', 'withdrawn'),
    ('application', 'submitted', 'withdraw', 'withdrawn'),
    ('application', 'returned', 'withdraw', 'withdrawn'),
    ('application', 'in_review', 'withdraw', 'withdrawn'),
    ('application', 'information_requested', 'withdraw', 'withdrawn'),
    ('application', 'referred', 'withdraw', 'withdrawn'),
    ('application', 'draft', 'lapse', 'lapsed'),
    ('application', 'submitted', 'lapse', 'lapsed'),
    ('application', 'returned', 'lapse', 'lapsed'),
    ('application', 'in_review', 'lapse', 'lapsed'),
    ('application', 'information_requested', 'lapse', 'lapsed'),
    ('application', 'referred', 'lapse', 'lapsed'),
    ('license', 'none', 'issue', 'active'),
    ('license', 'none', 'import', 'active'),
    ('license', 'none', 'import_expired', 'expired'),
    ('license', 'active', 'freeze', 'frozen'),
    ('license', 'frozen', 'freeze_further', 'frozen'),
    ('license', 'active', 'freeze_part', 'active'),
    ('license', 'frozen', 'freeze_part', 'frozen'),
    ('license', 'frozen', 'lift_freeze', 'frozen'),
    ('license', 'active', 'lift_part', 'active'),
    ('license', 'frozen', 'lift_part', 'frozen'),
    ('license', 'frozen', 'unfreeze', 'active'),
    ('license', 'active', 'draw_down', 'active'),
    ('license', 'active', 'exhaust', 'exhausted'),
    ('license', 'active', 'revoke', 'revoked'),
    ('license', 'frozen', 'revoke', 'revoked'),
    ('license', 'active', 'annul', 'annulled'),
    ('license', 'frozen', 'annul', 'annulled'),
    ('license', 'active', 'surrender', 'surrendered'),
    ('license', 'frozen', 'surrender', 'surrendered'),
    ('license', 'active', 'expire', 'expired'),
    ('license', 'frozen', 'expire', 'expired'),
    ('license', 'active', 'supersede', 'superseded'),
    ('license', 'frozen', 'supersede', 'superseded'),
    ('license', 'active', 'withdraw_import', 'annulled'),
    ('license', 'expired', 'withdraw_import', 'annulled'),
    ('revocation', 'none', 'intend', 'intended'),
    ('revocation', 'intended', 'represent', 'represented'),
    ('revocation', 'intended', 'waive', 'waived'),
    ('revocation', 'intended', 'record_silence', 'unanswered'),
    ('revocation', 'represented', 'order', 'ordered'),
    ('revocation', 'waived', 'order', 'ordered'),
    ('revocation', 'unanswered', 'order', 'ordered'),
    ('revocation', 'intended', 'drop', 'dropped'),
    ('revocation', 'represented', 'drop', 'dropped'),
    ('revocation', 'waived', 'drop', 'dropped'),
    ('revocation', 'unanswered', 'drop', 'dropped'),
    ('import', 'none', 'complete', 'completed'),
    ('import', 'completed', 'withdraw', 'withdrawn');

create table history (
    subject_id uuid not null,
    version integer not null,
    life_cycle text not null,
    prev_version integer,
    from_status text not null,
    action text not null,
    to_status text not null,
    at timestamptz not null,
    actor_id uuid not null,
    actor_role text not null,
    ground text,
    reasons text,
    details jsonb not null,
    owner_id uuid,
    request_id uuid not null,
    constraint history_pk primary key (subject_id, version),
    constraint history_state_uq unique (life_cycle, subject_id, version, to_status),
    constraint history_first_has_no_prev check ((version = 1) = (prev_version is null)),
    constraint history_prev_is_one_less check (prev_version = version - 1),
    constraint history_version_positive check (version >= 1),
    constraint history_first_from_none check ((version = 1) = (from_status = 'none')),
    constraint history_at_finite check (isfinite(at)),
    constraint history_details_object check (jsonb_typeof(details) = 'object'),
    constraint history_step_fk foreign key (life_cycle, from_status, action, to_status)
        references life_cycle_transitions (life_cycle, from_status, action, to_status),
    constraint history_prev_fk foreign key (life_cycle, subject_id, prev_version, from_status)
        references history (life_cycle, subject_id, version, to_status),
    constraint history_actor_fk foreign key (actor_id) references people (id)
);
comment on table history is 'The steps of every life cycle, append-only; a status is the fold of its history.';
comment on column history.subject_id is 'the resource that moved';
comment on column history.version is '1 for the first step, then without a gap';
comment on column history.life_cycle is 'which life cycle the resource follows';
comment on column history.prev_version is 'the step before; null for the first';
comment on column history.from_status is 'the status before, ''none'' for the first step';
comment on column history.action is 'the act';
comment on column history.to_status is 'the status after';
comment on column history.at is 'when, by the registry''s clock';
comment on column history.actor_id is 'who';
comment on column history.actor_role is 'in which role';
comment on column history.ground is 'the legal ground, where the act has one';
comment on column history.reasons is 'the reasons given';
comment on column history.details is 'what else belongs to the step: the data of the new status';
comment on column history.owner_id is 'the exporter that may read the step';
comment on column history.request_id is 'the request that took it';
create index history_cycle_at_ix on history (life_cycle, at);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only';
end $$;
comment on function refuse_change() is 'Refuses update, delete and truncate on an append-only table.';

create trigger history_append_only before update or delete or truncate on history
    for each statement execute function refuse_change();
create trigger life_cycle_transitions_append_only before update or delete or truncate on life_cycle_transitions
    for each statement execute function refuse_change();

-- The projection has one static statement for each life cycle: a statement put together at run time is planned anew at
-- every step, which was most of what a step cost (565 us with it, 212 us without, on the same 1,000 steps). Of several
-- steps of one resource the last is taken by a sort, so that a statement of many steps costs no more a step than one of
-- few. A migration that adds a life cycle calls write_history_projection() again.
create function write_history_projection() returns void language plpgsql as $write$
begin
    execute format($function$
        create or replace function project_history() returns trigger language plpgsql as $body$
        declare
            moved record;
            carried bigint;
        begin
            for moved in
                select s.life_cycle as name, count(distinct s.subject_id) filter (where s.version > 1) as subjects
                  from new_steps s group by s.life_cycle
            loop
                case moved.name
                %s
                end case;
                -- The first step may come before its resource; a later one moves a resource on file, or is refused.
                get diagnostics carried = row_count;
                if carried < moved.subjects then
                    raise exception '%%: a later step of what is not on file', moved.name
                        using errcode = 'foreign_key_violation', constraint = 'history_moves_a_resource';
                end if;
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
comment on function project_history() is 'Carries each new step''s status, version and time to the resource it moved.';

create trigger history_projects after insert on history
    referencing new table as new_steps for each statement execute function project_history();

create function refuse_step_back() returns trigger language plpgsql as $$
begin
    if new.version < old.version or (new.version = old.version and new.status <> old.status) or new.id <> old.id then
        raise exception '%: a status moves by a new step only', tg_table_name
            using errcode = 'restrict_violation', constraint = tg_table_name || '_no_step_back';
    end if;
    return new;
end $$;
comment on function refuse_step_back() is 'Refuses to set a resource back to an earlier step of its history.';

create function follow_history(resource text, cycle text) returns void language plpgsql as $$
begin
    execute format('alter table %1$I add column life_cycle text not null generated always as (%2$L) stored', resource, cycle);
    execute format('comment on column %1$I.life_cycle is ''the life cycle the row follows: part of the key to its history''', resource);
    execute format('alter table %1$I add constraint %1$s_status_has_step foreign key (life_cycle, id, version, status)
        references history (life_cycle, subject_id, version, to_status) deferrable initially deferred', resource);
    execute format('create trigger %1$s_no_step_back before update of id, version, status on %1$I
        for each row execute function refuse_step_back()', resource);
    execute format('create trigger %1$s_no_delete before delete or truncate on %1$I
        for each statement execute function refuse_change()', resource);
end $$;
comment on function follow_history(text, text) is 'Binds a table to its life cycle: no status without its step, no step back, no delete.';

create table reference_counters (
    kind text not null,
    year integer not null,
    last integer not null,
    constraint reference_counters_pk primary key (kind, year),
    constraint reference_counters_positive check (last >= 1)
);
comment on table reference_counters is
    'Gapless human references: a row per kind and year, counted in the transaction that uses the number.';
comment on column reference_counters.kind is 'the prefix of the reference';
comment on column reference_counters.year is 'the year it counts in';
comment on column reference_counters.last is 'the last number given';

create function next_reference(of_kind text, of_year integer, how_many integer default 1) returns integer
language sql as $$
    insert into reference_counters as c (kind, year, last) values (of_kind, of_year, how_many)
    on conflict on constraint reference_counters_pk do update set last = c.last + how_many
    returning last - how_many + 1
$$;
comment on function next_reference(text, integer, integer) is 'The first of the next how_many numbers of a kind and year.';

create table audit_entries (
    id uuid not null,
    at timestamptz not null,
    actor_id uuid not null,
    actor_role text not null,
    token_id uuid,
    request_id uuid not null,
    act text not null,
    subject_kind text not null,
    subject_id uuid not null,
    subject_version integer,
    owner_id uuid,
    particulars jsonb not null,
    verdict jsonb,
    constraint audit_entries_pk primary key (id),
    constraint audit_entries_actor_fk foreign key (actor_id) references people (id),
    constraint audit_entries_step_fk foreign key (subject_id, subject_version) references history (subject_id, version)
);
comment on table audit_entries is 'One entry for every change, written in the transaction of the change; append-only.';
comment on column audit_entries.id is 'UUIDv7';
comment on column audit_entries.at is 'when, by the registry''s clock';
comment on column audit_entries.actor_id is 'who';
comment on column audit_entries.actor_role is 'in which role';
comment on column audit_entries.token_id is 'with which key; null for the command line and the clock';
comment on column audit_entries.request_id is 'in which request';
comment on column audit_entries.act is 'what was done, as resource.act';
comment on column audit_entries.subject_kind is 'the kind of resource it was done to';
comment on column audit_entries.subject_id is 'the resource';
comment on column audit_entries.subject_version is 'its version after, where it has a life cycle';
comment on column audit_entries.owner_id is 'the exporter the resource belongs to';
comment on column audit_entries.particulars is 'what was recorded: the content after the act';
comment on column audit_entries.verdict is 'the verdict it rests on, where the gate was asked';
create index audit_entries_subject_ix on audit_entries (subject_id, id);
create unique index audit_entries_step_uq on audit_entries (subject_id, subject_version) where subject_version is not null;
create trigger audit_entries_append_only before update or delete or truncate on audit_entries
    for each statement execute function refuse_change();
