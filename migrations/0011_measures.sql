-- Measures: policy acts with scope and effects, their previews, agreements and decisions; operations, which carry bulk
-- acts out; and the outbox.

create sequence outbox_position;
comment on sequence outbox_position is 'Orders the entries of one transaction in the outbox.';

create function outbox_key() returns uuid language sql volatile as $$
    select (lpad(to_hex(pg_current_xact_id()::text::bigint), 16, '0')
         || lpad(to_hex(nextval('outbox_position')), 16, '0'))::uuid
$$;
comment on function outbox_key() is
    'Transaction number, then position: a reader that stops below the oldest open transaction misses nothing.';

create function outbox_horizon() returns uuid language sql stable as $$
    select (lpad(to_hex(pg_snapshot_xmin(pg_current_snapshot())::text::bigint), 16, '0') || repeat('0', 16))::uuid
$$;
comment on function outbox_horizon() is 'The key below which no entry can appear any more.';

create table outbox (
    id uuid not null,
    kind text not null,
    subject_kind text not null,
    subject_id uuid not null,
    subject_version integer not null,
    owner_id uuid,
    at timestamptz not null,
    constraint outbox_pk primary key (id),
    constraint outbox_step_fk foreign key (subject_id, subject_version) references history (subject_id, version)
);
comment on table outbox is 'One event for every step of every history, in the order in which they became visible. Append-only.';
comment on column outbox.id is 'transaction number and position: the order of the feed';
comment on column outbox.kind is 'what happened, as resource.act';
comment on column outbox.subject_kind is 'the kind of resource it happened to';
comment on column outbox.subject_id is 'the resource';
comment on column outbox.subject_version is 'the step of its history, which holds the rest';
comment on column outbox.owner_id is 'the exporter that may read it';
comment on column outbox.at is 'when, by the registry''s clock';
create index outbox_owner_ix on outbox (owner_id, id) where owner_id is not null;
create index outbox_subject_ix on outbox (subject_id, subject_version);
create trigger outbox_append_only before update or delete or truncate on outbox
    for each statement execute function refuse_change();

create function tell_outbox() returns trigger language plpgsql as $$
begin
    insert into outbox (id, kind, subject_kind, subject_id, subject_version, owner_id, at)
    select outbox_key(), s.life_cycle || '.' || s.action, s.life_cycle, s.subject_id, s.version, s.owner_id, s.at
      from new_steps s;
    return null;
end $$;
comment on function tell_outbox() is 'Every step is an event: written with it, from whatever program.';
create trigger history_told after insert on history
    referencing new table as new_steps for each statement execute function tell_outbox();

insert into outbox (id, kind, subject_kind, subject_id, subject_version, owner_id, at)
select outbox_key(), h.life_cycle || '.' || h.action, h.life_cycle, h.subject_id, h.version, h.owner_id, h.at
  from (select * from history order by at, subject_id, version) h;

create table operations (
    id uuid not null,
    reference text not null,
    kind text not null,
    subject_kind text not null,
    subject_id uuid not null,
    requested_by uuid not null,
    requested_role text not null,
    request_id uuid not null,
    reasons text not null,
    status text not null,
    total integer not null,
    done integer not null,
    skipped integer not null,
    attempts integer not null,
    retry_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    finished_at timestamptz,
    constraint operations_pk primary key (id),
    constraint operations_reference_uq unique (reference),
    constraint operations_requested_by_fk foreign key (requested_by) references people (id),
    constraint operations_kind_known check (kind in (
        'measure_execution', 'measure_amendment', 'measure_release', 'declaration_deadline', 'revocation_orders')),
    constraint operations_status_known check (status in ('queued', 'running', 'succeeded')),
    constraint operations_finished check ((status = 'succeeded') = (finished_at is not null)),
    constraint operations_counts check (
        total >= 0 and done >= 0 and skipped >= 0 and done + skipped <= total
        and (status <> 'succeeded' or done + skipped = total))
);
comment on table operations is 'Bulk acts: what was asked once and is carried out in batches, resumed after any fault.';
comment on column operations.id is 'UUIDv7';
comment on column operations.reference is 'OP-2026-000123';
comment on column operations.kind is 'what is carried out';
comment on column operations.subject_kind is 'the kind of resource it is carried out for';
comment on column operations.subject_id is 'the resource it is carried out for';
comment on column operations.requested_by is 'whose act it is';
comment on column operations.requested_role is 'in which role';
comment on column operations.request_id is 'the request that asked for it';
comment on column operations.reasons is 'the reasons of the act';
comment on column operations.status is 'queued, running or succeeded; it is tried until it succeeds';
comment on column operations.total is 'how many resources it concerns';
comment on column operations.done is 'how many it was carried out on';
comment on column operations.skipped is 'on how many it could not be, each with its reason in its batch';
comment on column operations.attempts is 'faults in a row';
comment on column operations.retry_at is 'when it is tried again after a fault';
comment on column operations.created_at is 'when it was asked for';
comment on column operations.updated_at is 'when a batch was last finished';
comment on column operations.finished_at is 'when the last batch was finished';
create index operations_open_ix on operations (id) where finished_at is null;
create index operations_subject_ix on operations (subject_id, id);

create table operation_batches (
    operation_id uuid not null,
    number integer not null,
    task text not null,
    subject_ids uuid[] not null,
    done integer,
    skipped jsonb,
    done_at timestamptz,
    constraint operation_batches_pk primary key (operation_id, number),
    constraint operation_batches_operation_fk foreign key (operation_id) references operations (id),
    constraint operation_batches_task_known check (task in (
        'freeze', 'intend_revocation', 'require_declaration', 'add_condition', 'release', 'order_revocation')),
    constraint operation_batches_size check (cardinality(subject_ids) between 1 and 1000),
    constraint operation_batches_done_whole check (
        (done_at is null) = (done is null) and (done_at is null) = (skipped is null))
);
comment on table operation_batches is 'The batches of an operation: each is carried out and marked done in one transaction.';
comment on column operation_batches.operation_id is 'the operation';
comment on column operation_batches.number is '1, 2, …: the order in which they are carried out';
comment on column operation_batches.task is 'what is done to each subject';
comment on column operation_batches.subject_ids is 'the resources, in the order of their identifiers';
comment on column operation_batches.done is 'on how many it was carried out';
comment on column operation_batches.skipped is 'on which it was not, and why';
comment on column operation_batches.done_at is 'when';
create index operation_batches_open_ix on operation_batches (operation_id, number) where done_at is null;

create function refuse_batch_redo() returns trigger language plpgsql as $$
begin
    if old.done_at is not null or new.subject_ids <> old.subject_ids or new.task <> old.task then
        raise exception 'a batch is carried out once and never edited' using errcode = 'restrict_violation',
            constraint = 'operation_batches_once';
    end if;
    return new;
end $$;
comment on function refuse_batch_redo() is 'A batch is marked done once; what it concerns does not change.';
create trigger operation_batches_once before update on operation_batches
    for each row execute function refuse_batch_redo();
create trigger operation_batches_kept before delete or truncate on operation_batches
    for each statement execute function refuse_change();

create table policy_epoch (
    id boolean not null,
    epoch bigint not null,
    constraint policy_epoch_pk primary key (id),
    constraint policy_epoch_single check (id)
);
comment on table policy_epoch is
    'One row. Who is about to permit something holds it shared; a measure that comes into force or ends counts it up. '
    'So a permission and a measure never pass each other unseen.';
comment on column policy_epoch.id is 'there is one row';
comment on column policy_epoch.epoch is 'how often the measures in force have changed';
insert into policy_epoch (id, epoch) values (true, 1);

create table measures (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    title text not null,
    content_version integer not null,
    in_force_content integer,
    in_force_at timestamptz,
    review_on date not null,
    notice_for date,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint measures_pk primary key (id),
    constraint measures_reference_uq unique (reference),
    constraint measures_in_force_has_content check (
        status not in ('in_force', 'lifted', 'lapsed') or (in_force_content is not null and in_force_at is not null)),
    constraint measures_content_order check (in_force_content <= content_version and content_version >= 1)
);
comment on table measures is 'Policy acts over licenses and applications.';
comment on column measures.id is 'UUIDv7';
comment on column measures.reference is 'ME-2026-000123';
comment on column measures.version is 'the version of the last step';
comment on column measures.status is 'where the measure stands';
comment on column measures.title is 'what it is called';
comment on column measures.content_version is 'the newest content: the one in force, or what is proposed in its place';
comment on column measures.in_force_content is 'the content in force';
comment on column measures.in_force_at is 'since when it is in force';
comment on column measures.review_on is 'the review date; it lapses the day after, unless extended';
comment on column measures.notice_for is 'the last day that notice was given of';
comment on column measures.created_at is 'when it came on file';
comment on column measures.updated_at is 'when it last moved';

insert into life_cycles (name, table_name) values ('measure', 'measures');
insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('measure', 'none', 'draft', 'draft'),
    ('measure', 'draft', 'revise', 'draft'),
    ('measure', 'previewed', 'revise', 'draft'),
    ('measure', 'approved', 'revise', 'draft'),
    ('measure', 'draft', 'preview', 'previewed'),
    ('measure', 'previewed', 'preview', 'previewed'),
    ('measure', 'approved', 'preview', 'previewed'),
    ('measure', 'previewed', 'agree', 'previewed'),
    ('measure', 'previewed', 'approve', 'approved'),
    ('measure', 'draft', 'withdraw', 'withdrawn'),
    ('measure', 'previewed', 'withdraw', 'withdrawn'),
    ('measure', 'approved', 'withdraw', 'withdrawn'),
    ('measure', 'approved', 'bring_into_force', 'in_force'),
    ('measure', 'in_force', 'revise', 'in_force'),
    ('measure', 'in_force', 'preview', 'in_force'),
    ('measure', 'in_force', 'agree', 'in_force'),
    ('measure', 'in_force', 'approve', 'in_force'),
    ('measure', 'in_force', 'amend', 'in_force'),
    ('measure', 'in_force', 'withdraw_amendment', 'in_force'),
    ('measure', 'in_force', 'extend', 'in_force'),
    ('measure', 'in_force', 'give_notice', 'in_force'),
    ('measure', 'in_force', 'lift', 'lifted'),
    ('measure', 'in_force', 'lapse', 'lapsed'),
    ('license', 'active', 'add_condition', 'active'),
    ('license', 'frozen', 'add_condition', 'frozen'),
    ('license', 'active', 'require_declaration', 'active'),
    ('license', 'frozen', 'require_declaration', 'frozen');
select write_history_projection();
select follow_history('measures', 'measure');
create index measures_status_ix on measures (status, id);

create table measure_contents (
    measure_id uuid not null,
    content_version integer not null,
    title text not null,
    scope jsonb not null,
    effects jsonb not null,
    ground text not null,
    legal_basis text not null,
    reasons text not null,
    starts_on date not null,
    review_on date not null,
    ends_on date,
    review_id uuid,
    proposed_by uuid not null,
    proposed_at timestamptz not null,
    approved_preview integer,
    approved_by uuid,
    approved_at timestamptz,
    approval_reasons text,
    withdrawn_at timestamptz,
    constraint measure_contents_pk primary key (measure_id, content_version),
    constraint measure_contents_measure_fk foreign key (measure_id) references measures (id) deferrable initially deferred,
    constraint measure_contents_proposed_by_fk foreign key (proposed_by) references people (id),
    constraint measure_contents_approved_by_fk foreign key (approved_by) references people (id),
    constraint measure_contents_review_fk foreign key (review_id) references reviews (id),
    constraint measure_contents_ground_known check (ground in (
        'human_rights', 'political_instability', 'end_use_breach', 'declaration_breach', 'condition_breach',
        'false_particulars', 'national_security', 'foreign_relations', 'international_obligation', 'restricted_party',
        'court_order')),
    constraint measure_contents_scope_object check (jsonb_typeof(scope) = 'object'),
    constraint measure_contents_has_effects check (jsonb_typeof(effects) = 'array' and jsonb_array_length(effects) >= 1),
    constraint measure_contents_dates check (
        review_on > starts_on and ends_on >= starts_on and review_on < 'infinity' and starts_on > '-infinity'),
    constraint measure_contents_issuing_reviewed check (
        review_id is not null or not effects @> '[{"effect": "freeze_issuing"}]'),
    constraint measure_contents_four_eyes check (approved_by <> proposed_by),
    constraint measure_contents_approval_whole check (
        (approved_by is null) = (approved_at is null) and (approved_by is null) = (approved_preview is null)
        and (approved_by is null) = (approval_reasons is null))
);
comment on table measure_contents is 'What a measure says, version by version: a version is never edited, only approved or given up.';
comment on column measure_contents.measure_id is 'the measure';
comment on column measure_contents.content_version is '1, 2, …';
comment on column measure_contents.title is 'what the measure is called';
comment on column measure_contents.scope is 'which licenses and applications it reaches (src/rules/scope)';
comment on column measure_contents.effects is 'what it does to them (src/rules/measure.rs)';
comment on column measure_contents.ground is 'the ground';
comment on column measure_contents.legal_basis is 'the law it rests on';
comment on column measure_contents.reasons is 'the reasons of the policy; each license gets its own besides';
comment on column measure_contents.starts_on is 'its first day at the earliest';
comment on column measure_contents.review_on is 'the review date it was proposed with';
comment on column measure_contents.ends_on is 'its last day, where it has one';
comment on column measure_contents.review_id is 'the review behind a freeze of issuing';
comment on column measure_contents.proposed_by is 'who proposed it';
comment on column measure_contents.proposed_at is 'when';
comment on column measure_contents.approved_preview is 'the preview that was approved';
comment on column measure_contents.approved_by is 'who approved it';
comment on column measure_contents.approved_at is 'when';
comment on column measure_contents.approval_reasons is 'why';
comment on column measure_contents.withdrawn_at is 'when an amendment was given up';

alter table measures add constraint measures_content_fk foreign key (id, content_version)
    references measure_contents (measure_id, content_version) deferrable initially deferred;
alter table measures add constraint measures_in_force_content_fk foreign key (id, in_force_content)
    references measure_contents (measure_id, content_version) deferrable initially deferred;

create table measure_previews (
    measure_id uuid not null,
    number integer not null,
    content_version integer not null,
    digest text not null,
    licenses integer not null,
    applications integer not null,
    counts jsonb not null,
    license_ids uuid[] not null,
    released_ids uuid[] not null,
    application_ids uuid[] not null,
    as_of date not null,
    taken_by uuid not null,
    taken_at timestamptz not null,
    constraint measure_previews_pk primary key (measure_id, number),
    constraint measure_previews_content_uq unique (measure_id, number, content_version),
    constraint measure_previews_content_fk foreign key (measure_id, content_version)
        references measure_contents (measure_id, content_version),
    constraint measure_previews_taken_by_fk foreign key (taken_by) references people (id),
    constraint measure_previews_digest_shape check (digest ~ '^[0-9a-f]{64}$'),
    constraint measure_previews_counts_hold check (
        licenses = cardinality(license_ids) and applications = cardinality(application_ids))
);
comment on table measure_previews is 'What a proposed content would touch, as of one instant. Append-only.';
comment on column measure_previews.measure_id is 'the measure';
comment on column measure_previews.number is '1, 2, … for the measure';
comment on column measure_previews.content_version is 'the content it is a preview of';
comment on column measure_previews.digest is 'SHA-256 over the content and the licenses touched and released';
comment on column measure_previews.licenses is 'how many licenses it would touch';
comment on column measure_previews.applications is 'how many open applications it would reach';
comment on column measure_previews.counts is 'the same by effect, destination, exporter, code, status and value';
comment on column measure_previews.license_ids is 'the licenses it would touch, in the order of their identifiers';
comment on column measure_previews.released_ids is 'the licenses an amendment would release';
comment on column measure_previews.application_ids is 'the open applications it would reach';
comment on column measure_previews.as_of is 'the day it speaks of';
comment on column measure_previews.taken_by is 'who asked for it';
comment on column measure_previews.taken_at is 'the instant it speaks of';
create trigger measure_previews_append_only before update or delete or truncate on measure_previews
    for each statement execute function refuse_change();

alter table measure_contents add constraint measure_contents_approved_preview_fk
    foreign key (measure_id, approved_preview, content_version)
    references measure_previews (measure_id, number, content_version);

create function refuse_content_rewrite() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE'
       or (to_jsonb(new) - '{approved_preview,approved_by,approved_at,approval_reasons,withdrawn_at}'::text[])
       <> (to_jsonb(old) - '{approved_preview,approved_by,approved_at,approval_reasons,withdrawn_at}'::text[])
       or (old.approved_by is not null and (new.approved_by, new.approved_preview, new.approved_at, new.approval_reasons)
           is distinct from (old.approved_by, old.approved_preview, old.approved_at, old.approval_reasons)
           and new.approved_by is not null)
       or old.withdrawn_at is not null
       or exists (select from measures m where m.id = old.measure_id and m.in_force_content >= old.content_version) then
        raise exception 'what a measure says is approved or given up, and never edited' using errcode = 'restrict_violation',
            constraint = 'measure_contents_not_edited';
    end if;
    -- Whoever had a hand in any version since the measure was drafted does not approve.
    if new.approved_by is not null and exists (
        select from measure_contents c where c.measure_id = new.measure_id and c.proposed_by = new.approved_by) then
        raise exception 'who proposed a measure does not approve it' using errcode = 'check_violation',
            constraint = 'measure_contents_four_eyes';
    end if;
    return new;
end $$;
comment on function refuse_content_rewrite() is 'A content takes an approval or is given up; its approver had no hand in it.';
create trigger measure_contents_not_edited before update or delete on measure_contents
    for each row execute function refuse_content_rewrite();
create trigger measure_contents_not_truncated before truncate on measure_contents
    for each statement execute function refuse_change();

create table measure_agreements (
    measure_id uuid not null,
    preview integer not null,
    ministry text not null,
    digest text not null,
    reasons text not null,
    agreed_by uuid not null,
    agreed_at timestamptz not null,
    constraint measure_agreements_pk primary key (measure_id, preview, ministry),
    constraint measure_agreements_person_uq unique (measure_id, preview, agreed_by),
    constraint measure_agreements_preview_fk foreign key (measure_id, preview) references measure_previews (measure_id, number),
    constraint measure_agreements_by_fk foreign key (agreed_by) references people (id),
    constraint measure_agreements_ministry_known check (ministry in ('defense', 'foreign_affairs', 'economy'))
);
comment on table measure_agreements is 'Which ministry agreed to which preview. Append-only.';
comment on column measure_agreements.measure_id is 'the measure';
comment on column measure_agreements.preview is 'the preview agreed to';
comment on column measure_agreements.ministry is 'whose agreement';
comment on column measure_agreements.digest is 'the digest named';
comment on column measure_agreements.reasons is 'why';
comment on column measure_agreements.agreed_by is 'who agreed for the ministry';
comment on column measure_agreements.agreed_at is 'when';
create trigger measure_agreements_append_only before update or delete or truncate on measure_agreements
    for each statement execute function refuse_change();

create function check_in_force_approved() returns trigger language plpgsql as $$
begin
    if new.status = 'in_force' and not exists (
        select from measure_contents c
         where c.measure_id = new.id and c.content_version = new.in_force_content and c.approved_by is not null) then
        raise exception 'a measure is in force on an approved content' using errcode = 'integrity_constraint_violation',
            constraint = 'measures_in_force_approved';
    end if;
    return null;
end $$;
comment on function check_in_force_approved() is 'No measure is in force on a content that nobody approved.';
create constraint trigger measures_in_force_approved after update on measures
    deferrable initially deferred for each row execute function check_in_force_approved();

create table measure_decisions (
    id uuid not null,
    measure_id uuid not null,
    license_id uuid not null,
    number integer not null,
    act text not null,
    content_version integer not null,
    operation_id uuid not null,
    matched jsonb,
    ground text not null,
    reasons text not null,
    review_on date,
    due_on date,
    decided_by uuid not null,
    decided_at timestamptz not null,
    constraint measure_decisions_pk primary key (id),
    constraint measure_decisions_number_uq unique (measure_id, license_id, number),
    constraint measure_decisions_once_uq unique (operation_id, license_id, act),
    constraint measure_decisions_content_fk foreign key (measure_id, content_version)
        references measure_contents (measure_id, content_version),
    constraint measure_decisions_license_fk foreign key (license_id) references licenses (id),
    constraint measure_decisions_operation_fk foreign key (operation_id) references operations (id),
    constraint measure_decisions_decided_by_fk foreign key (decided_by) references people (id),
    constraint measure_decisions_act_known check (act in (
        'freeze', 'intend_revocation', 'require_declaration', 'add_condition', 'release')),
    constraint measure_decisions_matched_told check ((act = 'release') = (matched is null))
);
comment on table measure_decisions is
    'The decision record of each license that a measure touched: which clause met which fact, on which ground, why. Append-only.';
comment on column measure_decisions.id is 'UUIDv7';
comment on column measure_decisions.measure_id is 'the measure';
comment on column measure_decisions.license_id is 'the license';
comment on column measure_decisions.number is '1, 2, … for the measure and the license';
comment on column measure_decisions.act is 'what was decided';
comment on column measure_decisions.content_version is 'the content it was decided on';
comment on column measure_decisions.operation_id is 'the operation that carried it out';
comment on column measure_decisions.matched is 'lines and destinations reached, and the clauses with the facts that met them';
comment on column measure_decisions.ground is 'the ground';
comment on column measure_decisions.reasons is 'the license''s own reasons';
comment on column measure_decisions.review_on is 'when it is reviewed at the latest';
comment on column measure_decisions.due_on is 'until when a declaration is required';
comment on column measure_decisions.decided_by is 'whose act it is';
comment on column measure_decisions.decided_at is 'when';
create index measure_decisions_license_ix on measure_decisions (license_id, decided_at);
create trigger measure_decisions_append_only before update or delete or truncate on measure_decisions
    for each statement execute function refuse_change();

alter table license_conditions add column measure_id uuid;
comment on column license_conditions.measure_id is 'the measure that requires it: it binds while that measure is in force';
alter table license_conditions add constraint license_conditions_measure_fk foreign key (measure_id) references measures (id);

create unique index license_freezes_measure_uq on license_freezes (license_id, source_id)
    where source = 'measure' and lifted_at is null;
comment on index license_freezes_measure_uq is 'a measure holds a license once';
