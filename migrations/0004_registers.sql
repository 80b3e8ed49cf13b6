-- The registers: exporters, products with their classification versions, and end users.

create table exporters (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    name text not null,
    company_number text not null,
    country text not null,
    registered_until date,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint exporters_pk primary key (id),
    constraint exporters_reference_uq unique (reference),
    constraint exporters_company_uq unique (country, company_number),
    constraint exporters_country_fk foreign key (country) references territories (code),
    constraint exporters_registered_has_term check (status <> 'registered' or registered_until is not null)
);
comment on table exporters is 'The Defense Export Register (Defense Export Control Law 5767-2007, s. 3).';
comment on column exporters.id is 'UUIDv7';
comment on column exporters.reference is 'EX-2026-000123';
comment on column exporters.version is 'the version of the last step';
comment on column exporters.status is 'where the registration stands';
comment on column exporters.name is 'the exporter''s name';
comment on column exporters.company_number is 'the number in the companies register';
comment on column exporters.country is 'where it is established';
comment on column exporters.registered_until is 'the last day of the registration''s term';
comment on column exporters.created_at is 'when it came on file';
comment on column exporters.updated_at is 'when it last moved';
select follow_history('exporters', 'exporter');
create index exporters_status_ix on exporters (status, id);
create index exporters_term_ix on exporters (registered_until) where status = 'registered';

alter table people add constraint people_exporter_fk foreign key (exporter_id) references exporters (id);

create table products (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    exporter_id uuid not null,
    name text not null,
    description text not null,
    classification_version integer,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint products_pk primary key (id),
    constraint products_reference_uq unique (reference),
    constraint products_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint products_classified_has_version check (status <> 'classified' or classification_version is not null)
);
comment on table products is 'The product register.';
comment on column products.id is 'UUIDv7';
comment on column products.reference is 'PR-2026-000123';
comment on column products.version is 'the version of the last step';
comment on column products.status is 'where the product stands';
comment on column products.exporter_id is 'whose product it is';
comment on column products.name is 'its name';
comment on column products.description is 'what it is and does';
comment on column products.classification_version is 'the classification in force';
comment on column products.created_at is 'when it came on file';
comment on column products.updated_at is 'when it last moved';
select follow_history('products', 'product');
create index products_exporter_ix on products (exporter_id, id);
create index products_status_ix on products (status, id);

create function control_code_prefixes(codes text[]) returns text[] language sql immutable strict parallel safe as $$
    select coalesce(array_agg(distinct p order by p), '{}') from (
        select array_to_string((string_to_array(code, '.'))[1:n], '.') as p
          from unnest(codes) as code, generate_series(1, cardinality(string_to_array(code, '.'))) as n
        union all
        select left(code, n) from unnest(codes) as code, generate_series(1, 3) as n where code !~ '^ML'
        union all
        select 'ML' from unnest(codes) as code where code ~ '^ML'
    ) as covering
$$;
comment on function control_code_prefixes(text[]) is
    'Every prefix, at a level, that covers one of the codes: the same as src/rules/values/control_code.rs.';

create table product_classifications (
    product_id uuid not null,
    classification_version integer not null,
    control_codes text[] not null,
    control_prefixes text[] not null generated always as (control_code_prefixes(control_codes)) stored,
    product_class text not null,
    security_classification text not null,
    technology_tags text[] not null,
    rationale text not null,
    classified_at timestamptz not null,
    classified_by uuid not null,
    constraint product_classifications_pk primary key (product_id, classification_version),
    constraint product_classifications_product_fk foreign key (product_id) references products (id),
    constraint product_classifications_by_fk foreign key (classified_by) references people (id),
    constraint product_classifications_has_code check (cardinality(control_codes) between 1 and 20),
    constraint product_classifications_class_known check (product_class in ('dual_use', 'military', 'cyber_intelligence')),
    constraint product_classifications_security_known check (
        security_classification in ('unclassified', 'restricted', 'confidential', 'secret', 'top_secret')),
    constraint product_classifications_tags_known check (technology_tags <@ array[
        'cyber_intrusion', 'interception', 'surveillance', 'encryption', 'uncrewed', 'missile', 'firearm', 'night_vision',
        'nuclear']),
    constraint product_classifications_version_positive check (classification_version >= 1)
);
comment on table product_classifications is 'Classification versions; licenses pin the version they were granted on. Append-only.';
comment on column product_classifications.product_id is 'the product';
comment on column product_classifications.classification_version is '1, 2, … without a gap';
comment on column product_classifications.control_codes is 'control-list codes in normal form';
comment on column product_classifications.control_prefixes is 'every prefix that covers a code';
comment on column product_classifications.product_class is 'the class that selects the declaration template';
comment on column product_classifications.security_classification is 'the security classification of the technology';
comment on column product_classifications.technology_tags is 'what the technology does';
comment on column product_classifications.rationale is 'why it was classified so';
comment on column product_classifications.classified_at is 'when';
comment on column product_classifications.classified_by is 'by whom';
create index product_classifications_prefix_ix on product_classifications using gin (control_prefixes);
create trigger product_classifications_append_only before update or delete or truncate on product_classifications
    for each statement execute function refuse_change();

alter table products add constraint products_classification_fk foreign key (id, classification_version)
    references product_classifications (product_id, classification_version) deferrable initially deferred;

create table end_users (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    exporter_id uuid,
    name text not null,
    kind text not null,
    country text not null,
    address text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint end_users_pk primary key (id),
    constraint end_users_reference_uq unique (reference),
    constraint end_users_exporter_fk foreign key (exporter_id) references exporters (id),
    constraint end_users_country_fk foreign key (country) references territories (code),
    constraint end_users_kind_known check (kind in (
        'government', 'armed_forces', 'law_enforcement', 'intelligence_agency', 'state_owned_company',
        'private_company', 'international_organization', 'individual'))
);
comment on table end_users is 'Who will use the goods.';
comment on column end_users.id is 'UUIDv7';
comment on column end_users.reference is 'EU-2026-000123';
comment on column end_users.version is 'the version of the last step';
comment on column end_users.status is 'where the entry stands';
comment on column end_users.exporter_id is 'the exporter that entered it and may see it; null where staff did';
comment on column end_users.name is 'name of the body';
comment on column end_users.kind is 'what kind of body it is';
comment on column end_users.country is 'where it is';
comment on column end_users.address is 'place of use';
comment on column end_users.created_at is 'when it came on file';
comment on column end_users.updated_at is 'when it last moved';
select follow_history('end_users', 'end_user');
create index end_users_exporter_ix on end_users (exporter_id, id);
create index end_users_country_ix on end_users (country, id);
