-- End-user declarations and the templates they are signed on.

create table declaration_templates (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    product_class text not null,
    template_version integer not null,
    title text not null,
    clauses text[] not null,
    framework boolean not null,
    transition_rule text not null,
    transition_until date,
    in_force_from date,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint declaration_templates_pk primary key (id),
    constraint declaration_templates_reference_uq unique (reference),
    constraint declaration_templates_version_uq unique (product_class, template_version),
    constraint declaration_templates_class_known check (product_class in ('dual_use', 'military', 'cyber_intelligence')),
    constraint declaration_templates_has_clauses check (cardinality(clauses) between 1 and 100),
    constraint declaration_templates_transition_known check (transition_rule in ('none', 'keep_filed', 'until_date')),
    constraint declaration_templates_transition_dated check ((transition_rule = 'until_date') = (transition_until is not null)),
    constraint declaration_templates_in_force_dated check (status <> 'in_force' or in_force_from is not null)
);
comment on table declaration_templates is 'End-user declaration templates by product class and version.';
comment on column declaration_templates.id is 'UUIDv7';
comment on column declaration_templates.reference is 'DT-2026-000123';
comment on column declaration_templates.version is 'the version of the last step';
comment on column declaration_templates.status is 'where the template stands';
comment on column declaration_templates.product_class is 'the class of products it is for';
comment on column declaration_templates.template_version is 'the version of the text for its class';
comment on column declaration_templates.title is 'its title';
comment on column declaration_templates.clauses is 'what the acquiring state signs, clause by clause';
comment on column declaration_templates.framework is 'whether one declaration may serve more than one transaction';
comment on column declaration_templates.transition_rule is 'what it means for declarations on the version before';
comment on column declaration_templates.transition_until is 'the last day on which the version before is accepted';
comment on column declaration_templates.in_force_from is 'its first day in force';
comment on column declaration_templates.created_at is 'when it came on file';
comment on column declaration_templates.updated_at is 'when it last moved';
select follow_history('declaration_templates', 'declaration_template');
create unique index declaration_templates_one_in_force_uq on declaration_templates (product_class) where status = 'in_force';

create table template_agreements (
    template_id uuid not null,
    ministry text not null,
    agreed_by uuid not null,
    agreed_at timestamptz not null,
    constraint template_agreements_pk primary key (template_id, ministry),
    constraint template_agreements_person_uq unique (template_id, agreed_by),
    constraint template_agreements_template_fk foreign key (template_id) references declaration_templates (id),
    constraint template_agreements_by_fk foreign key (agreed_by) references people (id),
    constraint template_agreements_ministry_known check (ministry in ('defense', 'foreign_affairs', 'economy'))
);
comment on table template_agreements is 'Which ministries agreed to a template. Append-only.';
comment on column template_agreements.template_id is 'the template';
comment on column template_agreements.ministry is 'which ministry agreed';
comment on column template_agreements.agreed_by is 'who signed for it';
comment on column template_agreements.agreed_at is 'when';
create trigger template_agreements_append_only before update or delete or truncate on template_agreements
    for each statement execute function refuse_change();

create table declarations (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    template_id uuid not null,
    exporter_id uuid not null,
    end_user_id uuid not null,
    state text not null,
    authority text not null,
    signatory_name text not null,
    signatory_title text not null,
    end_use text not null,
    stated_ends text[] not null,
    place_of_use text not null,
    document_sha256 text not null,
    signed_on date not null,
    valid_until date not null,
    verification_channel text,
    verification_result text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint declarations_pk primary key (id),
    constraint declarations_reference_uq unique (reference),
    constraint declarations_template_fk foreign key (template_id) references declaration_templates (id),
    constraint declarations_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint declarations_end_user_fk foreign key (end_user_id) references end_users (id),
    constraint declarations_state_fk foreign key (state) references territories (code),
    constraint declarations_dates check (valid_until >= signed_on),
    constraint declarations_ends_known check (stated_ends <@ array[
        'counter_terrorism', 'serious_crime', 'national_defense', 'border_protection', 'public_safety', 'civil_use']),
    constraint declarations_digest_shape check (document_sha256 ~ '^[0-9a-f]{64}$'),
    constraint declarations_accepted_verified check (
        status <> 'accepted' or (verification_channel is not null and verification_result is not null))
);
comment on table declarations is 'Signed end-user declarations.';
comment on column declarations.id is 'UUIDv7';
comment on column declarations.reference is 'ED-2026-000123';
comment on column declarations.version is 'the version of the last step';
comment on column declarations.status is 'where the declaration stands';
comment on column declarations.template_id is 'the template it was signed on';
comment on column declarations.exporter_id is 'who lodged it';
comment on column declarations.end_user_id is 'the end user it names';
comment on column declarations.state is 'the acquiring state that signed';
comment on column declarations.authority is 'the authority that signed for the state';
comment on column declarations.signatory_name is 'who signed (personal data)';
comment on column declarations.signatory_title is 'in which office';
comment on column declarations.end_use is 'the stated end use';
comment on column declarations.stated_ends is 'the ends the state binds itself to';
comment on column declarations.place_of_use is 'where the goods will be used';
comment on column declarations.document_sha256 is 'digest of the signed document';
comment on column declarations.signed_on is 'date of signature';
comment on column declarations.valid_until is 'its last day';
comment on column declarations.verification_channel is 'how the signature was verified';
comment on column declarations.verification_result is 'what the verification found';
comment on column declarations.created_at is 'when it came on file';
comment on column declarations.updated_at is 'when it last moved';
select follow_history('declarations', 'declaration');
create index declarations_exporter_ix on declarations (exporter_id, id);
create index declarations_end_user_ix on declarations (end_user_id, id);
create index declarations_status_ix on declarations (status, id);
create index declarations_term_ix on declarations (valid_until) where status = 'accepted';

create table declaration_items (
    declaration_id uuid not null,
    item integer not null,
    product_id uuid not null,
    quantity numeric(21, 6) not null,
    unit text not null,
    constraint declaration_items_pk primary key (declaration_id, item),
    constraint declaration_items_product_uq unique (declaration_id, product_id),
    constraint declaration_items_declaration_fk foreign key (declaration_id) references declarations (id),
    constraint declaration_items_product_fk foreign key (product_id) references products (id),
    constraint declaration_items_unit_known check (unit in (
        'piece', 'set', 'kilogram', 'liter', 'meter', 'square_meter', 'cubic_meter', 'hour', 'user_license', 'service')),
    constraint declaration_items_quantity_positive check (quantity > 0 and quantity < 'infinity')
);
comment on table declaration_items is 'The products and quantities a declaration names. Append-only.';
comment on column declaration_items.declaration_id is 'the declaration';
comment on column declaration_items.item is '1, 2, …';
comment on column declaration_items.product_id is 'the product declared';
comment on column declaration_items.quantity is 'how much';
comment on column declaration_items.unit is 'counted in';
create trigger declaration_items_append_only before update or delete or truncate on declaration_items
    for each statement execute function refuse_change();
