-- Due process: hearings, the order behind every revocation, reinstatement, objections, and overrides by the minister.

insert into life_cycles (name, table_name) values ('objection', 'objections'), ('override', 'overrides');

insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('application', 'refused', 'reopen', 'in_review'),
    ('license', 'revoked', 'reinstate', 'active'),
    ('license', 'revoked', 'reinstate_frozen', 'frozen'),
    ('objection', 'none', 'lodge', 'lodged'),
    ('objection', 'lodged', 'admit', 'admissible'),
    ('objection', 'lodged', 'find_late', 'late'),
    ('objection', 'lodged', 'stay', 'lodged'),
    ('objection', 'admissible', 'stay', 'admissible'),
    ('objection', 'admissible', 'uphold', 'upheld'),
    ('objection', 'admissible', 'vary', 'varied'),
    ('objection', 'admissible', 'dismiss', 'dismissed'),
    ('objection', 'admissible', 'remit', 'remitted'),
    ('objection', 'lodged', 'withdraw', 'withdrawn'),
    ('objection', 'admissible', 'withdraw', 'withdrawn'),
    ('override', 'none', 'propose', 'proposed'),
    ('override', 'proposed', 'record_opinion', 'opinion_recorded'),
    ('override', 'opinion_recorded', 'sign', 'in_effect'),
    ('override', 'proposed', 'expire', 'expired'),
    ('override', 'opinion_recorded', 'expire', 'expired'),
    ('override', 'in_effect', 'expire', 'expired'),
    ('override', 'proposed', 'rescind', 'rescinded'),
    ('override', 'opinion_recorded', 'rescind', 'rescinded'),
    ('override', 'in_effect', 'rescind', 'rescinded');
select write_history_projection();

create function refuse_rewrite() returns trigger language plpgsql as $$
begin
    raise exception '%: what was put on record stands', tg_table_name
        using errcode = 'restrict_violation', constraint = tg_table_name || '_not_rewritten';
end $$;
comment on function refuse_rewrite() is 'Refuses to change what a row has put on record; the trigger says when.';

-- An act that one office alone may do names the person and the office: a key to both.
alter table people add constraint people_role_uq unique (id, role);

-- Revocations: hearings, and the measure that a proceeding carries out.

alter table revocations add column measure_id uuid;
alter table revocations add column hearing_requested boolean;
comment on column revocations.measure_id is 'the measure that the proceeding carries out';
comment on column revocations.hearing_requested is 'whether the exporter asked for a hearing; null before it answered';
update revocations set hearing_requested = false where representation is not null;
alter table revocations add constraint revocations_hearing_asked_in_answer
    check ((representation is null) = (hearing_requested is null));
alter table revocations add constraint revocations_noticed_uq unique (id, intended_by);
create index revocations_measure_ix on revocations (measure_id, id) where measure_id is not null;
create index revocations_silence_ix on revocations (respond_by, id) where status = 'intended';
create trigger revocations_not_rewritten
    before update of license_id, exporter_id, ground, reasons, urgent, respond_by, intended_by, measure_id, representation,
                     hearing_requested, ordered_by, order_reasons on revocations
    for each row when (
        (old.license_id, old.exporter_id, old.ground, old.reasons, old.urgent, old.respond_by, old.intended_by, old.measure_id)
            is distinct from
        (new.license_id, new.exporter_id, new.ground, new.reasons, new.urgent, new.respond_by, new.intended_by, new.measure_id)
        or old.representation is not null and (old.representation, old.hearing_requested)
            is distinct from (new.representation, new.hearing_requested)
        or old.ordered_by is not null and (old.ordered_by, old.order_reasons)
            is distinct from (new.ordered_by, new.order_reasons))
    execute function refuse_rewrite();

create table revocation_hearings (
    revocation_id uuid not null,
    number integer not null,
    held_on date not null,
    chaired_by uuid not null,
    intended_by uuid not null,
    minutes text not null,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    constraint revocation_hearings_pk primary key (revocation_id, number),
    constraint revocation_hearings_day_uq unique (revocation_id, held_on),
    constraint revocation_hearings_notice_fk foreign key (revocation_id, intended_by)
        references revocations (id, intended_by),
    constraint revocation_hearings_chaired_by_fk foreign key (chaired_by) references people (id),
    constraint revocation_hearings_recorded_by_fk foreign key (recorded_by) references people (id),
    constraint revocation_hearings_chair_apart check (chaired_by <> intended_by),
    constraint revocation_hearings_held check (held_on <= (recorded_at at time zone 'UTC')::date)
);
comment on table revocation_hearings is 'Hearings held in revocation proceedings. Append-only.';
comment on column revocation_hearings.revocation_id is 'the proceeding';
comment on column revocation_hearings.number is '1, 2, … for the proceeding';
comment on column revocation_hearings.held_on is 'when it was held';
comment on column revocation_hearings.chaired_by is 'who chaired it';
comment on column revocation_hearings.intended_by is 'who gave notice, who does not chair';
comment on column revocation_hearings.minutes is 'what was said';
comment on column revocation_hearings.recorded_by is 'who recorded it';
comment on column revocation_hearings.recorded_at is 'when it was recorded';
create trigger revocation_hearings_append_only before update or delete or truncate on revocation_hearings
    for each statement execute function refuse_change();

create function check_order_heard() returns trigger language plpgsql as $$
begin
    if not exists (select from revocation_hearings h where h.revocation_id = new.id) then
        raise exception 'the exporter asked for a hearing and none was held'
            using errcode = 'integrity_constraint_violation', constraint = 'revocations_ordered_heard';
    end if;
    return null;
end $$;
comment on function check_order_heard() is 'A revocation is not ordered before the hearing that the exporter asked for.';
create constraint trigger revocations_ordered_heard after update of status on revocations
    deferrable initially deferred for each row when (new.status = 'ordered' and new.hearing_requested)
    execute function check_order_heard();

-- Objections.

create table objections (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    exporter_id uuid not null,
    against text not null,
    decision_id uuid,
    revocation_id uuid,
    freeze_id uuid,
    application_id uuid,
    license_id uuid,
    grounds text not null,
    excuse text,
    contested_on date not null,
    term_ends date not null,
    lodged_on date not null,
    admissibility_by uuid,
    admissibility_reasons text,
    stayed_by uuid,
    stay_reasons text,
    decided_by uuid,
    decided_at timestamptz,
    decision_reasons text,
    variation text,
    effect text,
    decider_role text not null generated always as ('director_general') stored,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint objections_pk primary key (id),
    constraint objections_reference_uq unique (reference),
    constraint objections_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint objections_decision_fk foreign key (decision_id) references decisions (id),
    constraint objections_revocation_fk foreign key (revocation_id) references revocations (id),
    constraint objections_freeze_fk foreign key (freeze_id) references license_freezes (id),
    constraint objections_application_fk foreign key (application_id) references applications (id),
    constraint objections_license_fk foreign key (license_id) references licenses (id),
    constraint objections_admissibility_by_fk foreign key (admissibility_by, decider_role) references people (id, role),
    constraint objections_stayed_by_fk foreign key (stayed_by, decider_role) references people (id, role),
    constraint objections_decided_by_fk foreign key (decided_by, decider_role) references people (id, role),
    constraint objections_against_known check (against in ('refusal', 'grant_in_part', 'revocation', 'freeze')),
    constraint objections_against_named check (
        (against in ('refusal', 'grant_in_part')) = (decision_id is not null)
        and (against = 'revocation') = (revocation_id is not null)
        and (against = 'freeze') = (freeze_id is not null)
        and (decision_id is null) = (application_id is null) and (decision_id is null) = (license_id is not null)),
    constraint objections_dates check (
        lodged_on >= contested_on and term_ends >= contested_on and contested_on > '-infinity' and term_ends < 'infinity'),
    constraint objections_late_excused check (lodged_on <= term_ends or excuse is not null),
    constraint objections_late_by_date check (status <> 'late' or lodged_on > term_ends),
    constraint objections_admitted check (
        status <> 'admissible' or lodged_on <= term_ends or admissibility_by is not null),
    constraint objections_admissibility_whole check ((admissibility_by is null) = (admissibility_reasons is null)),
    constraint objections_stay_whole check ((stayed_by is null) = (stay_reasons is null)),
    constraint objections_stay_of_revocation check (stayed_by is null or against = 'revocation'),
    constraint objections_decision_whole check (
        (decided_by is null) = (decided_at is null) and (decided_by is null) = (decision_reasons is null)),
    constraint objections_decided_signed check (
        status not in ('upheld', 'varied', 'dismissed', 'remitted') or decided_by is not null),
    constraint objections_varied_told check (status <> 'varied' or variation is not null),
    constraint objections_effect_known check (effect in (
        'unchanged', 'reopened', 'reinstated', 'reinstated_frozen', 'freeze_lifted', 'revoked_again'))
);
comment on table objections is 'Objections of exporters to what was decided on them.';
comment on column objections.id is 'UUIDv7';
comment on column objections.reference is 'OB-2026-000123';
comment on column objections.version is 'the version of the last step';
comment on column objections.status is 'where the objection stands';
comment on column objections.exporter_id is 'who objects';
comment on column objections.against is 'the kind of act objected to';
comment on column objections.decision_id is 'the decision objected to';
comment on column objections.revocation_id is 'the ordered proceeding objected to';
comment on column objections.freeze_id is 'the freeze objected to';
comment on column objections.application_id is 'the application of the decision';
comment on column objections.license_id is 'the license revoked or frozen';
comment on column objections.grounds is 'why the exporter objects';
comment on column objections.excuse is 'why it is late';
comment on column objections.contested_on is 'the day of the act, from which the term runs';
comment on column objections.term_ends is 'the last day of the term';
comment on column objections.lodged_on is 'the day it was lodged';
comment on column objections.admissibility_by is 'who decided whether a late objection is admitted; null where the date alone did';
comment on column objections.admissibility_reasons is 'why';
comment on column objections.stayed_by is 'who stayed the act';
comment on column objections.stay_reasons is 'why';
comment on column objections.decided_by is 'who decided';
comment on column objections.decided_at is 'when';
comment on column objections.decision_reasons is 'why';
comment on column objections.variation is 'what is varied';
comment on column objections.effect is 'what it did to the act';
comment on column objections.decider_role is 'joins who decides to the people of this role';
comment on column objections.created_at is 'when it was lodged';
comment on column objections.updated_at is 'when it last moved';
select follow_history('objections', 'objection');
create unique index objections_decision_uq on objections (decision_id) where status <> 'withdrawn';
create unique index objections_revocation_uq on objections (revocation_id) where status <> 'withdrawn';
create unique index objections_freeze_uq on objections (freeze_id) where status <> 'withdrawn';
create index objections_exporter_ix on objections (exporter_id, id);
create index objections_status_ix on objections (status, id);
create index objections_application_ix on objections (application_id) where application_id is not null;
create index objections_license_ix on objections (license_id) where license_id is not null;
create trigger objections_not_rewritten
    before update of exporter_id, against, decision_id, revocation_id, freeze_id, application_id, license_id, grounds, excuse,
                     contested_on, term_ends, lodged_on, admissibility_by, admissibility_reasons, stayed_by, stay_reasons,
                     decided_by, decided_at, decision_reasons, variation on objections
    for each row when (
        (old.exporter_id, old.against, old.decision_id, old.revocation_id, old.freeze_id, old.application_id, old.license_id,
         old.grounds, old.excuse, old.contested_on, old.term_ends, old.lodged_on)
            is distinct from
        (new.exporter_id, new.against, new.decision_id, new.revocation_id, new.freeze_id, new.application_id, new.license_id,
         new.grounds, new.excuse, new.contested_on, new.term_ends, new.lodged_on)
        or old.admissibility_by is not null and (old.admissibility_by, old.admissibility_reasons)
            is distinct from (new.admissibility_by, new.admissibility_reasons)
        or old.stayed_by is not null and (old.stayed_by, old.stay_reasons)
            is distinct from (new.stayed_by, new.stay_reasons)
        or old.decided_by is not null and (old.decided_by, old.decided_at, old.decision_reasons, old.variation)
            is distinct from (new.decided_by, new.decided_at, new.decision_reasons, new.variation))
    execute function refuse_rewrite();

create function took_part_in(of_decision uuid, of_revocation uuid, of_freeze uuid) returns setof uuid
language sql stable as $$
    select unnest(array[d.decided_by, d.countersigned_by]) from decisions d where d.id = of_decision
    union
    select unnest(array[r.intended_by, r.ordered_by]) from revocations r where r.id = of_revocation
    union
    select f.frozen_by from license_freezes f where f.id = of_freeze
    union
    select unnest(array[r.intended_by, r.ordered_by])
      from license_freezes f join revocations r on r.id = f.source_id and f.source = 'revocation' where f.id = of_freeze
$$;
comment on function took_part_in(uuid, uuid, uuid) is
    'Who decided, countersigned, proposed or ordered an act objected to: a decision, a revocation or a freeze.';

create function check_objection_decider() returns trigger language plpgsql as $$
begin
    if exists (
        select from took_part_in(new.decision_id, new.revocation_id, new.freeze_id) as person
         where person in (new.admissibility_by, new.stayed_by, new.decided_by)
    ) then
        raise exception 'an objection is decided by someone who took no part in the act objected to'
            using errcode = 'check_violation', constraint = 'objections_decided_by_another';
    end if;
    return new;
end $$;
comment on function check_objection_decider() is 'Who took part in the act objected to does not decide on the objection.';
create trigger objections_decided_by_another
    before insert or update of admissibility_by, stayed_by, decided_by on objections
    for each row execute function check_objection_decider();

-- Overrides.

create table overrides (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    application_id uuid,
    license_id uuid,
    at_request_of text not null,
    reasons text not null,
    rules text[] not null,
    valid_until date not null,
    proposed_by uuid not null,
    opinion_finding text,
    opinion text,
    opinion_given_by text,
    opinion_by uuid,
    opinion_at timestamptz,
    signed_by uuid,
    signed_at timestamptz,
    signature_reasons text,
    signer_role text not null generated always as ('minister') stored,
    used_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint overrides_pk primary key (id),
    constraint overrides_reference_uq unique (reference),
    constraint overrides_application_uq unique (id, application_id),
    constraint overrides_application_fk foreign key (application_id) references applications (id),
    constraint overrides_license_fk foreign key (license_id) references licenses (id),
    constraint overrides_proposed_by_fk foreign key (proposed_by) references people (id),
    constraint overrides_opinion_by_fk foreign key (opinion_by) references people (id),
    constraint overrides_signed_by_fk foreign key (signed_by, signer_role) references people (id, role),
    constraint overrides_subject_named check ((application_id is null) <> (license_id is null)),
    constraint overrides_rules_known check (rules <@ array[
        'marketing_cover', 'declaration_accepted', 'declaration_version', 'positions_recorded', 'conditions_seen',
        'like_refusal', 'open_review', 'measure_refusal']),
    constraint overrides_finding_known check (opinion_finding in ('favorable', 'unfavorable')),
    constraint overrides_term check (
        valid_until >= (created_at at time zone 'UTC')::date and valid_until < 'infinity'),
    constraint overrides_opinion_whole check (
        (opinion_by is null) = (opinion is null) and (opinion_by is null) = (opinion_finding is null)
        and (opinion_by is null) = (opinion_given_by is null) and (opinion_by is null) = (opinion_at is null)),
    constraint overrides_opinion_by_another check (opinion_by <> proposed_by),
    constraint overrides_opinion_recorded check (
        status not in ('opinion_recorded', 'in_effect') or opinion_by is not null),
    constraint overrides_signature_whole check (
        (signed_by is null) = (signed_at is null) and (signed_by is null) = (signature_reasons is null)),
    constraint overrides_signed_by_another check (signed_by <> proposed_by and signed_by <> opinion_by),
    constraint overrides_in_effect_signed check (status <> 'in_effect' or signed_by is not null),
    constraint overrides_used_in_effect check (used_at is null or status = 'in_effect')
);
comment on table overrides is 'Overrides by the minister: a signed, reasoned departure from what the rules say.';
comment on column overrides.id is 'UUIDv7';
comment on column overrides.reference is 'OV-2026-000123';
comment on column overrides.version is 'the version of the last step';
comment on column overrides.status is 'where the override stands';
comment on column overrides.application_id is 'the application that may be granted against the rules named';
comment on column overrides.license_id is 'the revoked license that is reinstated';
comment on column overrides.at_request_of is 'at whose request';
comment on column overrides.reasons is 'why it is proposed';
comment on column overrides.rules is 'the checks of the gate that it departs from';
comment on column overrides.valid_until is 'the last day on which it may be used';
comment on column overrides.proposed_by is 'who proposed it';
comment on column overrides.opinion_finding is 'what the legal opinion finds';
comment on column overrides.opinion is 'the legal opinion';
comment on column overrides.opinion_given_by is 'who gave the opinion';
comment on column overrides.opinion_by is 'who put the opinion on record';
comment on column overrides.opinion_at is 'when';
comment on column overrides.signed_by is 'the minister who signed, in person';
comment on column overrides.signed_at is 'when';
comment on column overrides.signature_reasons is 'the minister''s reasons';
comment on column overrides.signer_role is 'joins who signs to the people of this role';
comment on column overrides.used_at is 'when a license came to rest on it';
comment on column overrides.created_at is 'when it was proposed';
comment on column overrides.updated_at is 'when it last moved';
select follow_history('overrides', 'override');
create unique index overrides_one_an_application_uq on overrides (application_id)
    where status in ('proposed', 'opinion_recorded', 'in_effect') and used_at is null;
create unique index overrides_one_a_license_uq on overrides (license_id)
    where status in ('proposed', 'opinion_recorded', 'in_effect') and used_at is null;
create index overrides_status_ix on overrides (status, id);
create index overrides_term_ix on overrides (valid_until)
    where status in ('proposed', 'opinion_recorded', 'in_effect') and used_at is null;
create trigger overrides_not_rewritten
    before update of application_id, license_id, at_request_of, reasons, rules, valid_until, proposed_by, opinion_finding,
                     opinion, opinion_given_by, opinion_by, opinion_at, signed_by, signed_at, signature_reasons, used_at
        on overrides
    for each row when (
        (old.application_id, old.license_id, old.at_request_of, old.reasons, old.rules, old.valid_until, old.proposed_by)
            is distinct from
        (new.application_id, new.license_id, new.at_request_of, new.reasons, new.rules, new.valid_until, new.proposed_by)
        or old.opinion_by is not null
            and (old.opinion_finding, old.opinion, old.opinion_given_by, old.opinion_by, old.opinion_at) is distinct from
                (new.opinion_finding, new.opinion, new.opinion_given_by, new.opinion_by, new.opinion_at)
        or old.signed_by is not null and (old.signed_by, old.signed_at, old.signature_reasons)
            is distinct from (new.signed_by, new.signed_at, new.signature_reasons)
        or old.used_at is not null and old.used_at is distinct from new.used_at)
    execute function refuse_rewrite();

create table override_dissents (
    override_id uuid not null,
    number integer not null,
    body text not null,
    dissent text not null,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    constraint override_dissents_pk primary key (override_id, number),
    constraint override_dissents_override_fk foreign key (override_id) references overrides (id),
    constraint override_dissents_by_fk foreign key (recorded_by) references people (id),
    constraint override_dissents_body_known check (body in ('defense', 'foreign_affairs', 'economy', 'committee'))
);
comment on table override_dissents is 'Dissents from an override, by ministries and the committee. Append-only.';
comment on column override_dissents.override_id is 'the override';
comment on column override_dissents.number is '1, 2, … for the override';
comment on column override_dissents.body is 'whose dissent';
comment on column override_dissents.dissent is 'what it says';
comment on column override_dissents.recorded_by is 'who recorded it';
comment on column override_dissents.recorded_at is 'when';
create trigger override_dissents_append_only before update or delete or truncate on override_dissents
    for each statement execute function refuse_change();

-- A refused application is reopened by an objection or an override, and decided anew.

create table application_reopenings (
    application_id uuid not null,
    number integer not null,
    version integer not null,
    source text not null,
    objection_id uuid,
    override_id uuid,
    reopened_by uuid not null,
    reopened_at timestamptz not null,
    constraint application_reopenings_pk primary key (application_id, number),
    constraint application_reopenings_version_uq unique (application_id, version),
    constraint application_reopenings_objection_uq unique (objection_id),
    constraint application_reopenings_override_uq unique (override_id),
    constraint application_reopenings_application_fk foreign key (application_id) references applications (id),
    constraint application_reopenings_step_fk foreign key (application_id, version) references history (subject_id, version),
    constraint application_reopenings_objection_fk foreign key (objection_id) references objections (id),
    constraint application_reopenings_override_fk foreign key (override_id) references overrides (id),
    constraint application_reopenings_by_fk foreign key (reopened_by) references people (id),
    constraint application_reopenings_source_known check (source in ('objection', 'override')),
    constraint application_reopenings_source_named check (
        (source = 'objection') = (objection_id is not null) and (source = 'override') = (override_id is not null))
);
comment on table application_reopenings is 'What a refused application was reopened by. Append-only.';
comment on column application_reopenings.application_id is 'the application';
comment on column application_reopenings.number is '1, 2, … for the application';
comment on column application_reopenings.version is 'the step of its history';
comment on column application_reopenings.source is 'what it rests on';
comment on column application_reopenings.objection_id is 'the objection';
comment on column application_reopenings.override_id is 'the override';
comment on column application_reopenings.reopened_by is 'who reopened it';
comment on column application_reopenings.reopened_at is 'when';
create trigger application_reopenings_append_only before update or delete or truncate on application_reopenings
    for each statement execute function refuse_change();

create function check_rests_on_step() returns trigger language plpgsql as $$
declare
    subject uuid := coalesce(to_jsonb(new)->>'application_id', to_jsonb(new)->>'license_id')::uuid;
begin
    if not exists (select from history h
                    where h.subject_id = subject and h.version = new.version and h.action = any (tg_argv)) then
        raise exception '%: there is no such step', tg_table_name
            using errcode = 'foreign_key_violation', constraint = tg_table_name || '_of_step';
    end if;
    return new;
end $$;
comment on function check_rests_on_step() is 'The row belongs to a step of one of the actions that the trigger names.';
create trigger application_reopenings_of_step before insert on application_reopenings
    for each row execute function check_rests_on_step('reopen');

create function check_reopening_named() returns trigger language plpgsql as $$
begin
    if not exists (
        select from application_reopenings n
          left join objections o on o.id = n.objection_id
          left join overrides v on v.id = n.override_id
         where n.application_id = new.subject_id and n.version = new.version and n.reopened_by = new.actor_id
           and (o.application_id = new.subject_id and o.against = 'refusal' and o.status in ('upheld', 'remitted')
                or v.application_id = new.subject_id and v.status = 'in_effect')
    ) then
        raise exception 'an application is reopened by an objection that succeeded or an override in effect only'
            using errcode = 'integrity_constraint_violation', constraint = 'history_reopen_has_source';
    end if;
    return null;
end $$;
comment on function check_reopening_named() is
    'A refused application is reopened by an objection upheld or remitted, or by an override in effect.';
create constraint trigger history_reopen_has_source after insert on history
    deferrable initially deferred for each row when (new.life_cycle = 'application' and new.action = 'reopen')
    execute function check_reopening_named();

alter table decisions add column reopening integer;
alter table decisions add column override_id uuid;
comment on column decisions.reopening is 'the reopening of the application that it follows; null before the first';
comment on column decisions.override_id is 'the override that it rests on';
alter table decisions add constraint decisions_reopening_fk foreign key (application_id, reopening)
    references application_reopenings (application_id, number);
alter table decisions add constraint decisions_override_fk foreign key (override_id, application_id)
    references overrides (id, application_id);
alter table decisions add constraint decisions_override_grants check (override_id is null or outcome <> 'refuse');
-- One signed decision before the first reopening and one after each; of all of them, one grant, which is the last.
drop index decisions_one_signed_uq;
create unique index decisions_one_signed_uq on decisions (application_id, coalesce(reopening, 0))
    where status = 'countersigned';
create unique index decisions_one_grant_uq on decisions (application_id) where grants;
create unique index decisions_override_uq on decisions (override_id) where grants;
create index decisions_override_ix on decisions (override_id) where override_id is not null;

create function check_decided_anew() returns trigger language plpgsql as $$
begin
    if new.override_id is null and exists (
        select from decisions d
         where d.application_id = new.application_id and d.id <> new.id and d.status = 'countersigned'
           and array[d.decided_by, d.countersigned_by] && array_remove(array[new.decided_by, new.countersigned_by], null)
    ) then
        raise exception 'an application is decided anew by other persons' using errcode = 'check_violation',
            constraint = 'decisions_decided_anew';
    end if;
    if new.override_id is not null and new.status = 'countersigned' and not exists (
        select from overrides o
         where o.id = new.override_id and o.status = 'in_effect'
           and o.valid_until >= (new.countersigned_at at time zone 'UTC')::date
    ) then
        raise exception 'a decision rests on an override in effect only' using errcode = 'check_violation',
            constraint = 'decisions_override_in_effect';
    end if;
    return new;
end $$;
comment on function check_decided_anew() is
    'After a reopening other persons sign than before, unless an override in effect is what the decision rests on.';
create trigger decisions_decided_anew before insert or update on decisions
    for each row execute function check_decided_anew();

-- A revoked license is reinstated by an objection, a court order or an override, and revoked by an order, never else.

create table license_reinstatements (
    license_id uuid not null,
    version integer not null,
    source text not null,
    objection_id uuid,
    override_id uuid,
    court text,
    court_case text,
    judged_on date,
    document_sha256 text,
    reasons text not null,
    verdict jsonb not null,
    reinstated_by uuid not null,
    reinstated_at timestamptz not null,
    constraint license_reinstatements_pk primary key (license_id, version),
    constraint license_reinstatements_override_uq unique (override_id),
    constraint license_reinstatements_license_fk foreign key (license_id) references licenses (id),
    constraint license_reinstatements_step_fk foreign key (license_id, version) references history (subject_id, version),
    constraint license_reinstatements_objection_fk foreign key (objection_id) references objections (id),
    constraint license_reinstatements_override_fk foreign key (override_id) references overrides (id),
    constraint license_reinstatements_by_fk foreign key (reinstated_by) references people (id),
    constraint license_reinstatements_source_known check (source in ('objection', 'court_order', 'override')),
    constraint license_reinstatements_source_named check (
        (source = 'objection') = (objection_id is not null) and (source = 'override') = (override_id is not null)
        and (source = 'court_order') = (court is not null) and (court is null) = (court_case is null)
        and (court is null) = (judged_on is null) and (court is null) = (document_sha256 is null)),
    constraint license_reinstatements_judged check (judged_on <= (reinstated_at at time zone 'UTC')::date),
    constraint license_reinstatements_digest_shape check (document_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table license_reinstatements is 'What a revoked license was reinstated by. Append-only.';
comment on column license_reinstatements.license_id is 'the license';
comment on column license_reinstatements.version is 'the step of its history';
comment on column license_reinstatements.source is 'what it rests on';
comment on column license_reinstatements.objection_id is 'the objection';
comment on column license_reinstatements.override_id is 'the override';
comment on column license_reinstatements.court is 'the court';
comment on column license_reinstatements.court_case is 'the number of the case before the court';
comment on column license_reinstatements.judged_on is 'the day of the court''s order';
comment on column license_reinstatements.document_sha256 is 'digest of the court''s order';
comment on column license_reinstatements.reasons is 'the reasons';
comment on column license_reinstatements.verdict is 'what the gate answered';
comment on column license_reinstatements.reinstated_by is 'by whom';
comment on column license_reinstatements.reinstated_at is 'when';
create index license_reinstatements_objection_ix on license_reinstatements (objection_id) where objection_id is not null;
create trigger license_reinstatements_append_only before update or delete or truncate on license_reinstatements
    for each statement execute function refuse_change();
create trigger license_reinstatements_of_step before insert on license_reinstatements
    for each row execute function check_rests_on_step('reinstate', 'reinstate_frozen');

create function check_reinstatement_named() returns trigger language plpgsql as $$
begin
    if not exists (
        select from license_reinstatements n
          left join objections o on o.id = n.objection_id
          left join revocations r on r.id = o.revocation_id
          left join overrides v on v.id = n.override_id
         where n.license_id = new.subject_id and n.version = new.version and n.reinstated_by = new.actor_id
           and (n.source = 'court_order'
                or r.license_id = new.subject_id
                   and (o.status in ('upheld', 'varied')
                        or o.stayed_by is not null and new.action = 'reinstate_frozen')
                or v.license_id = new.subject_id and v.status = 'in_effect')
    ) then
        raise exception 'a license is reinstated by an objection, a court order or an override only'
            using errcode = 'integrity_constraint_violation', constraint = 'history_reinstate_has_source';
    end if;
    if exists (select from revocations r
                where r.license_id = new.subject_id and r.status = 'ordered' and r.ordered_by = new.actor_id) then
        raise exception 'who ordered the revocation does not reinstate'
            using errcode = 'integrity_constraint_violation', constraint = 'history_reinstate_by_another';
    end if;
    if exists (select from licenses l where l.id = new.subject_id and l.valid_until < (new.at at time zone 'UTC')::date)
       or exists (select from licenses l where l.predecessor_id = new.subject_id) then
        raise exception 'a license is not reinstated after its term, nor one that was replaced'
            using errcode = 'integrity_constraint_violation', constraint = 'history_reinstate_in_term';
    end if;
    return null;
end $$;
comment on function check_reinstatement_named() is
    'A revoked license is reinstated by an objection, a court order or an override, by another than who ordered, in its term.';
create constraint trigger history_reinstate_has_source after insert on history
    deferrable initially deferred for each row
    when (new.life_cycle = 'license' and new.action in ('reinstate', 'reinstate_frozen'))
    execute function check_reinstatement_named();

create function check_revoke_ordered() returns trigger language plpgsql as $$
declare
    proceeding uuid;
begin
    select r.id into proceeding from revocations r
     where r.license_id = new.subject_id and r.status = 'ordered' and r.id::text = new.details->>'revocationId';
    if not found then
        raise exception 'a license is revoked by an ordered proceeding only'
            using errcode = 'integrity_constraint_violation', constraint = 'history_revoke_has_order';
    end if;
    -- An order revokes once; once more where an objection to it had stayed it and came to nothing.
    if exists (select from history h
                where h.subject_id = new.subject_id and h.version < new.version and h.action = 'revoke'
                  and h.details->>'revocationId' = new.details->>'revocationId'
                  and (new.details->>'objectionId' is null or h.details->>'objectionId' = new.details->>'objectionId'
                       or not exists (select from objections o
                                       where o.revocation_id = proceeding and o.stayed_by is not null
                                         and o.id::text = new.details->>'objectionId'
                                         and o.status in ('dismissed', 'late', 'withdrawn')))) then
        raise exception 'an order revokes once'
            using errcode = 'integrity_constraint_violation', constraint = 'history_revoke_once_an_order';
    end if;
    return null;
end $$;
comment on function check_revoke_ordered() is 'No license is revoked without an ordered proceeding of its own, which revokes once.';
create constraint trigger history_revoke_has_order after insert on history
    deferrable initially deferred for each row when (new.life_cycle = 'license' and new.action = 'revoke')
    execute function check_revoke_ordered();

alter table license_conditions add column objection_id uuid;
comment on column license_conditions.objection_id is 'the objection that added it when it varied a revocation';
alter table license_conditions add constraint license_conditions_objection_fk foreign key (objection_id)
    references objections (id);

alter table license_freezes drop constraint license_freezes_source_known;
alter table license_freezes add constraint license_freezes_source_known
    check (source in ('decision', 'revocation', 'measure', 'objection'));
comment on column license_freezes.source is 'what it rests on: decision, revocation, measure or objection';
comment on column license_freezes.source_id is 'the proceeding, measure or objection it rests on';
