-- Applications with lines, positions and decisions.

create table applications (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    kind text not null,
    purpose text not null,
    exporter_id uuid not null,
    destination text not null,
    end_user_id uuid,
    predecessor_id uuid,
    declaration_id uuid,
    end_use text not null,
    proposed_conditions text[] not null,
    round integer not null,
    filed_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint applications_pk primary key (id),
    constraint applications_reference_uq unique (reference),
    constraint applications_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint applications_destination_fk foreign key (destination) references territories (code),
    constraint applications_end_user_fk foreign key (end_user_id) references end_users (id),
    constraint applications_declaration_fk foreign key (declaration_id) references declarations (id),
    constraint applications_kind_known check (kind in ('marketing', 'export', 'brokering')),
    constraint applications_purpose_known check (purpose in ('new', 'renewal', 'amendment')),
    constraint applications_predecessor_named check ((purpose = 'new') = (predecessor_id is null)),
    constraint applications_export_has_end_user check (kind = 'marketing' or end_user_id is not null),
    constraint applications_filed check (status = 'draft' or filed_at is not null or status in ('withdrawn', 'lapsed')),
    constraint applications_round_positive check (round >= 1)
);
comment on table applications is 'Applications for marketing, export and brokering licenses.';
comment on column applications.id is 'UUIDv7';
comment on column applications.reference is 'AE-2026-000123 (export), AM- (marketing), AB- (brokering)';
comment on column applications.version is 'the version of the last step';
comment on column applications.status is 'where the application stands';
comment on column applications.kind is 'what is applied for';
comment on column applications.purpose is 'new, renewal or amendment';
comment on column applications.exporter_id is 'who applies';
comment on column applications.destination is 'where to';
comment on column applications.end_user_id is 'for whom; a marketing application may leave it open';
comment on column applications.predecessor_id is 'the license to be renewed or amended';
comment on column applications.declaration_id is 'the end-user declaration it rests on';
comment on column applications.end_use is 'the stated end use';
comment on column applications.proposed_conditions is 'the conditions put to the reviewers';
comment on column applications.round is 'counts the sets of conditions put to the reviewers';
comment on column applications.filed_at is 'when it was last submitted';
comment on column applications.created_at is 'when it came on file';
comment on column applications.updated_at is 'when it last moved';
select follow_history('applications', 'application');
create index applications_exporter_ix on applications (exporter_id, id);
create index applications_status_ix on applications (status, id);
create index applications_destination_ix on applications (destination, id);
create index applications_filed_ix on applications (filed_at);
create index applications_declaration_ix on applications (declaration_id);

create table application_lines (
    application_id uuid not null,
    line integer not null,
    product_id uuid not null,
    classification_version integer,
    quantity numeric(21, 6),
    unit text,
    value numeric(17, 2),
    currency text,
    constraint application_lines_pk primary key (application_id, line),
    constraint application_lines_product_uq unique (application_id, product_id),
    constraint application_lines_application_fk foreign key (application_id) references applications (id),
    constraint application_lines_product_fk foreign key (product_id) references products (id),
    constraint application_lines_classification_fk foreign key (product_id, classification_version)
        references product_classifications (product_id, classification_version),
    constraint application_lines_quantity_positive check (quantity > 0 and quantity < 'infinity'),
    constraint application_lines_unit_known check (unit in (
        'piece', 'set', 'kilogram', 'liter', 'meter', 'square_meter', 'cubic_meter', 'hour', 'user_license', 'service')),
    constraint application_lines_quantity_has_unit check ((quantity is null) = (unit is null)),
    constraint application_lines_value_not_negative check (value >= 0 and value < 'infinity'),
    constraint application_lines_value_has_currency check ((value is null) = (currency is null)),
    constraint application_lines_currency_shape check (currency ~ '^[A-Z]{3}$')
);
comment on table application_lines is 'The goods applied for.';
comment on column application_lines.application_id is 'the application';
comment on column application_lines.line is '1, 2, …';
comment on column application_lines.product_id is 'the product';
comment on column application_lines.classification_version is 'the classification pinned when the application was filed';
comment on column application_lines.quantity is 'how much; a marketing application may leave it open';
comment on column application_lines.unit is 'counted in';
comment on column application_lines.value is 'value of the line';
comment on column application_lines.currency is 'in which currency';
create index application_lines_product_ix on application_lines (product_id);

create function refuse_filed_line_change() returns trigger language plpgsql as $$
begin
    -- Old and new, for a line may also be moved from one application to another.
    if exists (select from applications a
                where a.id in (old.application_id, new.application_id) and a.status not in ('draft', 'returned')) then
        raise exception 'the lines of a filed application stand' using errcode = 'restrict_violation',
            constraint = 'application_lines_filed';
    end if;
    return coalesce(new, old);
end $$;
comment on function refuse_filed_line_change() is 'The lines of an application change only while it is a draft or returned.';
create trigger application_lines_filed before insert or update or delete on application_lines
    for each row execute function refuse_filed_line_change();
create trigger application_lines_not_truncated before truncate on application_lines
    for each statement execute function refuse_change();

create table application_positions (
    application_id uuid not null,
    round integer not null,
    body text not null,
    stance text not null,
    reasons text not null,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    constraint application_positions_pk primary key (application_id, round, body),
    constraint application_positions_application_fk foreign key (application_id) references applications (id),
    constraint application_positions_by_fk foreign key (recorded_by) references people (id),
    constraint application_positions_body_known check (body in ('defense', 'foreign_affairs', 'economy', 'committee')),
    constraint application_positions_stance_known check (stance in ('support', 'support_with_conditions', 'oppose'))
);
comment on table application_positions is 'Positions of the ministries and the committee, by round. Append-only.';
comment on column application_positions.application_id is 'the application';
comment on column application_positions.round is 'the set of conditions the position was given on';
comment on column application_positions.body is 'whose position';
comment on column application_positions.stance is 'what it says';
comment on column application_positions.reasons is 'why';
comment on column application_positions.recorded_by is 'who recorded it';
comment on column application_positions.recorded_at is 'when';
create trigger application_positions_append_only before update or delete or truncate on application_positions
    for each statement execute function refuse_change();

create table decisions (
    id uuid not null,
    application_id uuid not null,
    number integer not null,
    status text not null,
    outcome text not null,
    valid_until date,
    conditions text[] not null,
    ground text,
    reasons text not null,
    departure text,
    facts jsonb not null,
    verdict jsonb not null,
    decided_by uuid not null,
    decided_at timestamptz not null,
    signed_facts jsonb,
    signed_verdict jsonb,
    countersigned_by uuid,
    countersigned_at timestamptz,
    sent_back_by uuid,
    sent_back_at timestamptz,
    sent_back_reasons text,
    grants boolean not null generated always as (status = 'countersigned' and outcome <> 'refuse') stored,
    constraint decisions_pk primary key (id),
    constraint decisions_number_uq unique (application_id, number),
    constraint decisions_grant_uq unique (id, application_id, grants),
    constraint decisions_application_fk foreign key (application_id) references applications (id),
    constraint decisions_decided_by_fk foreign key (decided_by) references people (id),
    constraint decisions_countersigned_by_fk foreign key (countersigned_by) references people (id),
    constraint decisions_sent_back_by_fk foreign key (sent_back_by) references people (id),
    constraint decisions_status_known check (status in ('proposed', 'countersigned', 'sent_back')),
    constraint decisions_outcome_known check (outcome in ('grant', 'grant_in_part', 'refuse')),
    constraint decisions_grant_has_term check ((outcome <> 'refuse') = (valid_until is not null)),
    constraint decisions_four_eyes check (countersigned_by <> decided_by),
    constraint decisions_signature_whole check (
        (status = 'countersigned') = (countersigned_by is not null)
        and (countersigned_by is null) = (countersigned_at is null)
        and (countersigned_by is null) = (signed_facts is null)
        and (countersigned_by is null) = (signed_verdict is null)),
    constraint decisions_sent_back_whole check (
        (status = 'sent_back') = (sent_back_by is not null)
        and (sent_back_by is null) = (sent_back_at is null) and (sent_back_by is null) = (sent_back_reasons is null))
);
comment on table decisions is 'Decisions on applications: proposed by one person, countersigned or sent back by another.';
comment on column decisions.id is 'UUIDv7';
comment on column decisions.application_id is 'the application decided on';
comment on column decisions.number is '1, 2, … for the application';
comment on column decisions.status is 'proposed, countersigned or sent_back';
comment on column decisions.outcome is 'grant, grant_in_part or refuse';
comment on column decisions.valid_until is 'the last day of the term granted';
comment on column decisions.conditions is 'the conditions of the grant';
comment on column decisions.ground is 'the legal ground';
comment on column decisions.reasons is 'the reasons of the decision';
comment on column decisions.departure is 'the reasons for departing from a verdict that refers';
comment on column decisions.facts is 'what the gate was told when the decision was proposed';
comment on column decisions.verdict is 'what it answered';
comment on column decisions.decided_by is 'who decided';
comment on column decisions.decided_at is 'when';
comment on column decisions.signed_facts is 'what the gate was told at the countersignature';
comment on column decisions.signed_verdict is 'what it answered';
comment on column decisions.countersigned_by is 'who countersigned';
comment on column decisions.countersigned_at is 'when';
comment on column decisions.sent_back_by is 'who sent the proposal back';
comment on column decisions.sent_back_at is 'when';
comment on column decisions.sent_back_reasons is 'why';
comment on column decisions.grants is 'whether a license may rest on it';
create unique index decisions_one_open_uq on decisions (application_id) where status = 'proposed';
create unique index decisions_one_signed_uq on decisions (application_id) where status = 'countersigned';

create function refuse_decision_rewrite() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.status = 'proposed'
       and (to_jsonb(new) - '{status,signed_facts,signed_verdict,countersigned_by,countersigned_at,sent_back_by,sent_back_at,sent_back_reasons,grants}'::text[])
         = (to_jsonb(old) - '{status,signed_facts,signed_verdict,countersigned_by,countersigned_at,sent_back_by,sent_back_at,sent_back_reasons,grants}'::text[]) then
        return new;
    end if;
    raise exception 'a decision is signed or sent back once and never edited' using errcode = 'restrict_violation',
        constraint = 'decisions_not_edited';
end $$;
comment on function refuse_decision_rewrite() is 'A proposal takes a signature or goes back; nothing else of a decision changes.';
create trigger decisions_not_edited before update or delete on decisions
    for each row execute function refuse_decision_rewrite();
create trigger decisions_not_truncated before truncate on decisions for each statement execute function refuse_change();

create table decision_lines (
    decision_id uuid not null,
    line integer not null,
    quantity numeric(21, 6),
    value numeric(17, 2),
    constraint decision_lines_pk primary key (decision_id, line),
    constraint decision_lines_decision_fk foreign key (decision_id) references decisions (id),
    constraint decision_lines_quantity_positive check (quantity > 0 and quantity < 'infinity'),
    constraint decision_lines_value_not_negative check (value >= 0 and value < 'infinity')
);
comment on table decision_lines is 'What a decision grants of each line. Append-only.';
comment on column decision_lines.decision_id is 'the decision';
comment on column decision_lines.line is 'the line of the application';
comment on column decision_lines.quantity is 'the quantity granted';
comment on column decision_lines.value is 'the value granted';
create trigger decision_lines_append_only before update or delete or truncate on decision_lines
    for each statement execute function refuse_change();

create function refuse_signed_line() returns trigger language plpgsql as $$
begin
    if not exists (select from decisions d where d.id = new.decision_id and d.status = 'proposed') then
        raise exception 'a decision that is signed takes no further line' using errcode = 'restrict_violation',
            constraint = 'decision_lines_signed';
    end if;
    return new;
end $$;
comment on function refuse_signed_line() is 'The lines of a decision are stated before it is signed or sent back.';
create trigger decision_lines_signed before insert on decision_lines
    for each row execute function refuse_signed_line();
