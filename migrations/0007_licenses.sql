-- Licenses with lines, conditions, freezes and draw-downs; imports of existing lists; revocations.

create table imports (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    source text not null,
    profile_name text not null,
    profile text not null,
    file_name text not null,
    input_sha256 text not null,
    rows_read bigint not null,
    rows_accepted bigint not null,
    rows_rejected bigint not null,
    licenses_created bigint not null,
    licenses_unchanged bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint imports_pk primary key (id),
    constraint imports_reference_uq unique (reference),
    constraint imports_rows_add_up check (rows_accepted + rows_rejected = rows_read and rows_accepted >= 0 and rows_rejected >= 0),
    constraint imports_digest_shape check (input_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table imports is 'Imports of existing license lists.';
comment on column imports.id is 'UUIDv7';
comment on column imports.reference is 'IM-2026-000123';
comment on column imports.version is 'the version of the last step';
comment on column imports.status is 'where the import stands';
comment on column imports.source is 'the register whose numbers the licenses carry';
comment on column imports.profile_name is 'the name of the profile';
comment on column imports.profile is 'the profile as it was used';
comment on column imports.file_name is 'the name of the file';
comment on column imports.input_sha256 is 'digest of profile and file together';
comment on column imports.rows_read is 'data rows of the file';
comment on column imports.rows_accepted is 'rows taken';
comment on column imports.rows_rejected is 'rows reported';
comment on column imports.licenses_created is 'licenses put on file';
comment on column imports.licenses_unchanged is 'licenses already on file with the same content';
comment on column imports.created_at is 'when it was made';
comment on column imports.updated_at is 'when it last moved';
select follow_history('imports', 'import');
create unique index imports_input_uq on imports (input_sha256) where status = 'completed';

create table import_rejects (
    import_id uuid not null,
    number integer not null,
    line bigint not null,
    column_name text,
    value text,
    reason text not null,
    constraint import_rejects_pk primary key (import_id, number),
    constraint import_rejects_import_fk foreign key (import_id) references imports (id)
);
comment on table import_rejects is 'Rows of an import that could not be taken. Append-only.';
comment on column import_rejects.import_id is 'the import';
comment on column import_rejects.number is '1, 2, …';
comment on column import_rejects.line is 'the line of the file';
comment on column import_rejects.column_name is 'the column';
comment on column import_rejects.value is 'what stood there, shortened';
comment on column import_rejects.reason is 'why it was not taken';
create trigger import_rejects_append_only before update or delete or truncate on import_rejects
    for each statement execute function refuse_change();

create table licenses (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    kind text not null,
    application_id uuid,
    decision_id uuid,
    needs_grant boolean not null generated always as (true) stored,
    exporter_id uuid,
    end_user_id uuid,
    destinations text[] not null,
    via text[] not null,
    issued_on date not null,
    valid_until date not null,
    predecessor_id uuid,
    end_use text,
    import_id uuid,
    source text,
    source_number text,
    source_sha256 text,
    particulars jsonb,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint licenses_pk primary key (id),
    constraint licenses_reference_uq unique (reference),
    constraint licenses_application_uq unique (application_id),
    constraint licenses_decision_fk foreign key (decision_id, application_id, needs_grant)
        references decisions (id, application_id, grants),
    constraint licenses_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint licenses_end_user_fk foreign key (end_user_id) references end_users (id),
    constraint licenses_predecessor_fk foreign key (predecessor_id) references licenses (id),
    constraint licenses_import_fk foreign key (import_id) references imports (id),
    constraint licenses_kind_known check (kind in ('marketing', 'export', 'brokering')),
    constraint licenses_granted_or_imported check (
        (import_id is null) = (application_id is not null) and (import_id is null) = (decision_id is not null)
        and (import_id is null) = (source is null) and (import_id is null) = (source_number is null)
        and (import_id is null) = (source_sha256 is null)),
    constraint licenses_granted_has_exporter check (application_id is null or exporter_id is not null),
    constraint licenses_term check (valid_until >= issued_on),
    constraint licenses_has_destination check (cardinality(destinations) between 1 and 300)
);
comment on table licenses is 'Licenses, granted by the registry or imported from an existing list.';
comment on column licenses.id is 'UUIDv7';
comment on column licenses.reference is 'EL-2026-000123 (export), ML- (marketing), BL- (brokering), HL- (imported)';
comment on column licenses.version is 'the version of the last step';
comment on column licenses.status is 'the status last recorded; the term may have ended since';
comment on column licenses.kind is 'what it permits';
comment on column licenses.application_id is 'the application it was granted on';
comment on column licenses.decision_id is 'the countersigned decision it rests on';
comment on column licenses.needs_grant is 'joins the license to a decision that grants';
comment on column licenses.exporter_id is 'who holds it; null for an imported license without one';
comment on column licenses.end_user_id is 'for whom';
comment on column licenses.destinations is 'where to';
comment on column licenses.via is 'transit territories';
comment on column licenses.issued_on is 'date of issue';
comment on column licenses.valid_until is 'last day of the term';
comment on column licenses.predecessor_id is 'the license it renews or amends';
comment on column licenses.end_use is 'the stated end use';
comment on column licenses.import_id is 'the import that loaded it';
comment on column licenses.source is 'the register whose number it carries';
comment on column licenses.source_number is 'its number there';
comment on column licenses.source_sha256 is 'digest of what was imported';
comment on column licenses.particulars is 'further columns of an imported license';
comment on column licenses.created_at is 'when it came on file';
comment on column licenses.updated_at is 'when it last moved';
select follow_history('licenses', 'license');
create trigger licenses_territory_known before insert or update of destinations, via on licenses
    for each row execute function refuse_unknown_territory();
create unique index licenses_source_number_uq on licenses (source, source_number) where status <> 'annulled';
create index licenses_exporter_ix on licenses (exporter_id, id);
create index licenses_status_ix on licenses (status, id);
create index licenses_destinations_ix on licenses using gin (destinations);
create index licenses_end_user_ix on licenses (end_user_id) where end_user_id is not null;
create index licenses_issued_ix on licenses (issued_on, id);
create index licenses_term_ix on licenses (valid_until) where status in ('active', 'frozen');
create index licenses_import_ix on licenses (import_id) where import_id is not null;
create index licenses_predecessor_ix on licenses (predecessor_id) where predecessor_id is not null;

alter table applications add constraint applications_predecessor_fk foreign key (predecessor_id) references licenses (id);
create index applications_predecessor_ix on applications (predecessor_id) where predecessor_id is not null;

create table license_lines (
    license_id uuid not null,
    line integer not null,
    product_id uuid,
    classification_version integer,
    control_codes text[] not null,
    control_prefixes text[] not null generated always as (control_code_prefixes(control_codes)) stored,
    description text not null,
    quantity numeric(21, 6),
    unit text,
    value numeric(17, 2),
    currency text,
    drawn numeric(21, 6) not null,
    particulars jsonb,
    constraint license_lines_pk primary key (license_id, line),
    constraint license_lines_license_fk foreign key (license_id) references licenses (id),
    constraint license_lines_classification_fk foreign key (product_id, classification_version)
        references product_classifications (product_id, classification_version),
    constraint license_lines_quantity_positive check (quantity > 0 and quantity < 'infinity'),
    constraint license_lines_value_not_negative check (value >= 0 and value < 'infinity'),
    constraint license_lines_value_has_currency check ((value is null) = (currency is null)),
    constraint license_lines_drawn_within check (drawn >= 0 and drawn <= coalesce(quantity, drawn))
);
comment on table license_lines is 'The goods licensed.';
comment on column license_lines.license_id is 'the license';
comment on column license_lines.line is '1, 2, …';
comment on column license_lines.product_id is 'the product; null for an imported license';
comment on column license_lines.classification_version is 'the classification it was granted on';
comment on column license_lines.control_codes is 'control-list codes in normal form';
comment on column license_lines.control_prefixes is 'every prefix that covers a code';
comment on column license_lines.description is 'the goods';
comment on column license_lines.quantity is 'quantity licensed';
comment on column license_lines.unit is 'counted in';
comment on column license_lines.value is 'value licensed';
comment on column license_lines.currency is 'in which currency';
comment on column license_lines.drawn is 'quantity shipped so far';
comment on column license_lines.particulars is 'further columns of an imported line';
create index license_lines_prefix_ix on license_lines using gin (control_prefixes);
create index license_lines_product_ix on license_lines (product_id) where product_id is not null;

create table license_conditions (
    license_id uuid not null,
    number integer not null,
    condition text not null,
    constraint license_conditions_pk primary key (license_id, number),
    constraint license_conditions_license_fk foreign key (license_id) references licenses (id)
);
comment on table license_conditions is 'Conditions of a license. Append-only.';
comment on column license_conditions.license_id is 'the license';
comment on column license_conditions.number is '1, 2, …';
comment on column license_conditions.condition is 'what the exporter must keep to';
create trigger license_conditions_append_only before update or delete or truncate on license_conditions
    for each statement execute function refuse_change();

create table license_freezes (
    id uuid not null,
    license_id uuid not null,
    number integer not null,
    source text not null,
    source_id uuid,
    ground text not null,
    reasons text not null,
    lines integer[],
    review_on date not null,
    frozen_at timestamptz not null,
    frozen_by uuid not null,
    frozen_version integer not null,
    lifted_at timestamptz,
    lifted_by uuid,
    lifted_version integer,
    lift_reasons text,
    lift_verdict jsonb,
    constraint license_freezes_pk primary key (id),
    constraint license_freezes_number_uq unique (license_id, number),
    constraint license_freezes_license_fk foreign key (license_id) references licenses (id),
    constraint license_freezes_frozen_by_fk foreign key (frozen_by) references people (id),
    constraint license_freezes_lifted_by_fk foreign key (lifted_by) references people (id),
    constraint license_freezes_frozen_step_fk foreign key (license_id, frozen_version) references history (subject_id, version),
    constraint license_freezes_lifted_step_fk foreign key (license_id, lifted_version) references history (subject_id, version),
    constraint license_freezes_source_known check (source in ('decision', 'revocation', 'measure')),
    constraint license_freezes_source_named check ((source = 'decision') = (source_id is null)),
    constraint license_freezes_lines_named check (cardinality(lines) >= 1),
    constraint license_freezes_lifted_whole check (
        (lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lifted_version is null)
        and (lifted_at is null) = (lift_reasons is null))
);
comment on table license_freezes is 'Freezes of licenses, any number on one license; lifting one leaves the others.';
comment on column license_freezes.id is 'UUIDv7';
comment on column license_freezes.license_id is 'the license';
comment on column license_freezes.number is '1, 2, … for the license';
comment on column license_freezes.source is 'what it rests on: decision, revocation or measure';
comment on column license_freezes.source_id is 'the proceeding or measure it rests on';
comment on column license_freezes.ground is 'the ground';
comment on column license_freezes.reasons is 'the license''s own reasons';
comment on column license_freezes.lines is 'the lines it covers; null for the whole license';
comment on column license_freezes.review_on is 'when it is reviewed at the latest';
comment on column license_freezes.frozen_at is 'since when';
comment on column license_freezes.frozen_by is 'by whom';
comment on column license_freezes.frozen_version is 'the step of the license''s history';
comment on column license_freezes.lifted_at is 'when it was lifted';
comment on column license_freezes.lifted_by is 'by whom';
comment on column license_freezes.lifted_version is 'the step of the license''s history';
comment on column license_freezes.lift_reasons is 'why';
comment on column license_freezes.lift_verdict is 'what the gate answered';
create index license_freezes_in_force_ix on license_freezes (license_id) where lifted_at is null;
create index license_freezes_source_ix on license_freezes (source_id) where source_id is not null;

create function refuse_freeze_rewrite() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.lifted_at is null
       and (to_jsonb(new) - '{lifted_at,lifted_by,lifted_version,lift_reasons,lift_verdict}'::text[])
         = (to_jsonb(old) - '{lifted_at,lifted_by,lifted_version,lift_reasons,lift_verdict}'::text[]) then
        return new;
    end if;
    raise exception 'a freeze is lifted once and never edited' using errcode = 'restrict_violation',
        constraint = 'license_freezes_not_edited';
end $$;
comment on function refuse_freeze_rewrite() is 'A freeze is lifted once; nothing else of it changes.';
create trigger license_freezes_not_edited before update or delete on license_freezes
    for each row execute function refuse_freeze_rewrite();
create trigger license_freezes_not_truncated before truncate on license_freezes
    for each statement execute function refuse_change();

create function check_frozen_has_freeze() returns trigger language plpgsql as $$
declare
    license uuid;
begin
    if tg_table_name = 'licenses' then
        license := new.id;
    else
        license := new.license_id;
    end if;
    if exists (
        select from licenses l
         where l.id = license and l.status in ('active', 'frozen')
           and (l.status = 'frozen') <> exists (
               select from license_freezes f where f.license_id = l.id and f.lifted_at is null and f.lines is null)
    ) then
        raise exception 'a license is frozen exactly while a freeze of the whole is in force'
            using errcode = 'integrity_constraint_violation', constraint = 'licenses_frozen_has_freeze';
    end if;
    return null;
end $$;
comment on function check_frozen_has_freeze() is 'A license is frozen exactly while a freeze of the whole license is in force.';
create constraint trigger licenses_frozen_has_freeze after update of status on licenses
    deferrable initially deferred for each row when (new.status in ('active', 'frozen'))
    execute function check_frozen_has_freeze();
create constraint trigger license_freezes_match_status after insert or update on license_freezes
    deferrable initially deferred for each row execute function check_frozen_has_freeze();

create table license_draw_downs (
    id uuid not null,
    license_id uuid not null,
    line integer not null,
    quantity numeric(21, 6) not null,
    shipment text not null,
    booked_at timestamptz not null,
    booked_by uuid not null,
    booked_version integer not null,
    constraint license_draw_downs_pk primary key (id),
    constraint license_draw_downs_shipment_uq unique (license_id, line, shipment),
    constraint license_draw_downs_line_fk foreign key (license_id, line) references license_lines (license_id, line),
    constraint license_draw_downs_by_fk foreign key (booked_by) references people (id),
    constraint license_draw_downs_step_fk foreign key (license_id, booked_version) references history (subject_id, version),
    constraint license_draw_downs_quantity_positive check (quantity > 0 and quantity < 'infinity')
);
comment on table license_draw_downs is 'Shipments booked against a license. Append-only.';
comment on column license_draw_downs.id is 'UUIDv7';
comment on column license_draw_downs.license_id is 'the license';
comment on column license_draw_downs.line is 'the line shipped against';
comment on column license_draw_downs.quantity is 'how much';
comment on column license_draw_downs.shipment is 'the customs reference of the shipment';
comment on column license_draw_downs.booked_at is 'when';
comment on column license_draw_downs.booked_by is 'by whom';
comment on column license_draw_downs.booked_version is 'the step of the license''s history';
create trigger license_draw_downs_append_only before update or delete or truncate on license_draw_downs
    for each statement execute function refuse_change();

create function book_draw_down() returns trigger language plpgsql as $$
begin
    update license_lines set drawn = drawn + new.quantity where license_id = new.license_id and line = new.line;
    return null;
end $$;
comment on function book_draw_down() is 'Adds a shipment to the quantity drawn; over-use breaks license_lines_drawn_within.';
create trigger license_draw_downs_book after insert on license_draw_downs for each row execute function book_draw_down();

create table declaration_uses (
    declaration_id uuid not null,
    application_id uuid not null,
    single boolean not null,
    constraint declaration_uses_pk primary key (declaration_id, application_id),
    constraint declaration_uses_declaration_fk foreign key (declaration_id) references declarations (id),
    constraint declaration_uses_application_fk foreign key (application_id) references applications (id)
);
comment on table declaration_uses is 'Which granted application a declaration served. Append-only.';
comment on column declaration_uses.declaration_id is 'the declaration';
comment on column declaration_uses.application_id is 'the application it served';
comment on column declaration_uses.single is 'whether it may serve this one only';
create unique index declaration_uses_single_uq on declaration_uses (declaration_id) where single;
create trigger declaration_uses_append_only before update or delete or truncate on declaration_uses
    for each statement execute function refuse_change();

create table revocations (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    license_id uuid not null,
    exporter_id uuid,
    ground text not null,
    reasons text not null,
    urgent boolean not null,
    respond_by date not null,
    representation text,
    intended_by uuid not null,
    ordered_by uuid,
    order_reasons text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint revocations_pk primary key (id),
    constraint revocations_reference_uq unique (reference),
    constraint revocations_license_fk foreign key (license_id) references licenses (id),
    constraint revocations_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint revocations_intended_by_fk foreign key (intended_by) references people (id),
    constraint revocations_ordered_by_fk foreign key (ordered_by) references people (id),
    constraint revocations_four_eyes check (ordered_by <> intended_by),
    constraint revocations_order_whole check ((ordered_by is null) = (order_reasons is null)),
    constraint revocations_ordered_signed check (status <> 'ordered' or ordered_by is not null)
);
comment on table revocations is 'Revocation proceedings: notice, answer, order by another person.';
comment on column revocations.id is 'UUIDv7';
comment on column revocations.reference is 'RV-2026-000123';
comment on column revocations.version is 'the version of the last step';
comment on column revocations.status is 'where the proceeding stands';
comment on column revocations.license_id is 'the license to be revoked';
comment on column revocations.exporter_id is 'who holds it';
comment on column revocations.ground is 'the ground';
comment on column revocations.reasons is 'the license''s own reasons';
comment on column revocations.urgent is 'whether it froze at once and hears afterwards';
comment on column revocations.respond_by is 'until when the exporter may answer';
comment on column revocations.representation is 'what the exporter answered';
comment on column revocations.intended_by is 'who gave notice';
comment on column revocations.ordered_by is 'who ordered the revocation';
comment on column revocations.order_reasons is 'the reasons of the order';
comment on column revocations.created_at is 'when notice was given';
comment on column revocations.updated_at is 'when it last moved';
select follow_history('revocations', 'revocation');
create unique index revocations_one_open_uq on revocations (license_id)
    where status in ('intended', 'represented', 'waived', 'unanswered');
create index revocations_exporter_ix on revocations (exporter_id, id);
create index revocations_status_ix on revocations (status, id);
create index revocations_license_ix on revocations (license_id);
