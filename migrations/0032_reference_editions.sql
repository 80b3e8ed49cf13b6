-- Reference data in dated editions. A control list and a list of sanctions programmes come as files, each an edition of
-- its list. What an edition adds or says otherwise is a new version from the edition's first day; what it no longer has
-- is ended on the day before and never deleted. So what a list said on a day can be asked of any day.

create table reference_editions (
    id uuid not null,
    subject text not null,
    list text not null,
    number integer not null,
    source text not null,
    as_of date,
    valid_from date,
    file_name text,
    file_sha256 text,
    entries integer not null,
    added text[] not null,
    changed text[] not null,
    ended text[] not null,
    ending_reasons text,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    constraint reference_editions_pk primary key (id),
    constraint reference_editions_number_uq unique (subject, list, number),
    constraint reference_editions_recorded_by_fk foreign key (recorded_by) references people (id),
    constraint reference_editions_subject_known check (subject in ('control_list', 'programmes')),
    constraint reference_editions_list_shape check (list ~ '^[a-z][a-z0-9-]{1,39}$'),
    constraint reference_editions_number_positive check (number >= 1),
    constraint reference_editions_source_stated check (source <> ''),
    constraint reference_editions_later_dated check (number = 1 or valid_from is not null),
    constraint reference_editions_sha256_shape check (file_sha256 ~ '^[0-9a-f]{64}$'),
    constraint reference_editions_not_empty check (entries >= 1)
);
comment on table reference_editions is 'Editions of control lists and of lists of sanctions programmes, each taken whole. Append-only.';
comment on column reference_editions.id is 'UUIDv7';
comment on column reference_editions.subject is 'what the list holds: control_list or programmes';
comment on column reference_editions.list is 'what the agency calls the list: us-ccl';
comment on column reference_editions.number is '1, 2, … for the list';
comment on column reference_editions.source is 'where it is published, and what was done to it';
comment on column reference_editions.as_of is 'the day of issue of the source; null where it tells none';
comment on column reference_editions.valid_from is 'from which day it says what is on the list; null for a first edition whose entries have no known first day';
comment on column reference_editions.file_name is 'the name of the file; null for what came with the schema';
comment on column reference_editions.file_sha256 is 'the SHA-256 of the file, in hexadecimal; null for what came with the schema';
comment on column reference_editions.entries is 'how many entries it has';
comment on column reference_editions.added is 'the entries that the edition before does not have';
comment on column reference_editions.changed is 'the entries that say something else than in the edition before';
comment on column reference_editions.ended is 'the entries of the edition before that it no longer has';
comment on column reference_editions.ending_reasons is 'why it was taken though it ends more than the set share';
comment on column reference_editions.recorded_by is 'who took it';
comment on column reference_editions.recorded_at is 'when';
create trigger reference_editions_append_only before update or delete or truncate on reference_editions
    for each statement execute function refuse_change();

create function refuse_version_rewrite() returns trigger language plpgsql as $$
begin
    -- A generated column has no value yet before the row is written.
    if tg_op = 'UPDATE' and old.ended_by is null and new.ended_by is not null and new.valid_until is not null
       and (to_jsonb(new) - '{valid_until,ended_by,search}'::text[])
         = (to_jsonb(old) - '{valid_until,ended_by,search}'::text[]) then
        return new;
    end if;
    raise exception 'a version of an entry is ended once and never edited' using errcode = 'restrict_violation',
        constraint = tg_table_name || '_not_edited';
end $$;
comment on function refuse_version_rewrite() is 'A version of an entry takes one end, by an edition; nothing else of it changes.';

-- The heads that were on file become the first edition of the lists that they are from.
alter table control_list_entries rename to control_list_heads;
alter table control_list_heads rename constraint control_list_entries_pk to control_list_heads_pk;

create table control_list_entries (
    id uuid not null,
    edition_id uuid not null,
    list text not null,
    code text not null,
    valid_from date,
    valid_until date,
    ended_by uuid,
    title text,
    text text,
    category text not null,
    reasons text[] not null,
    technology_tags text[] not null,
    search tsvector not null generated always as (
        setweight(to_tsvector('english', coalesce(title, '')), 'A') || setweight(to_tsvector('english', coalesce(text, '')), 'B')
    ) stored,
    constraint control_list_entries_pk primary key (id),
    constraint control_list_entries_edition_fk foreign key (edition_id) references reference_editions (id),
    constraint control_list_entries_ended_by_fk foreign key (ended_by) references reference_editions (id),
    constraint control_list_entries_span_uq exclude using gist (
        code_range(list, list, '[]') with &&, code_range(code, code, '[]') with &&,
        daterange(valid_from, valid_until, '[]') with &&),
    constraint control_list_entries_dates check (valid_until >= valid_from),
    constraint control_list_entries_end_named check ((valid_until is null) = (ended_by is null)),
    constraint control_list_entries_code_shape check (
        code ~ '^(ML([1-9]|1[0-9]|2[0-2])|[0-9][A-E][0-9]{3})([.]([a-z]{1,4}|[0-9]{1,4})){0,8}$'),
    constraint control_list_entries_title_short check (char_length(title) between 1 and 200),
    constraint control_list_entries_category_short check (char_length(category) between 1 and 200),
    constraint control_list_entries_tags_known check (technology_tags <@ array[
        'cyber_intrusion', 'interception', 'surveillance', 'encryption', 'uncrewed', 'missile', 'firearm', 'night_vision',
        'nuclear'])
);
comment on table control_list_entries is 'Entries of the control lists, one row for each version of each; ended, never deleted.';
comment on column control_list_entries.id is 'UUIDv7';
comment on column control_list_entries.edition_id is 'the edition that it came with';
comment on column control_list_entries.list is 'the list: us-ccl';
comment on column control_list_entries.code is 'the code in its normal form, of any depth: ML10.a, 5A001.f';
comment on column control_list_entries.valid_from is 'its first day; null where it was on the list before the first edition on file';
comment on column control_list_entries.valid_until is 'its last day; null while no end is known';
comment on column control_list_entries.ended_by is 'the edition that no longer has it or says otherwise; null while no end is known';
comment on column control_list_entries.title is 'what the entry controls, shortened; null where only the code is known';
comment on column control_list_entries.text is 'the text of the entry beyond its title; null where there is none or it is not known';
comment on column control_list_entries.category is 'the category of the list; that of the code where the list states no other';
comment on column control_list_entries.reasons is 'the reasons for control, as the list abbreviates them: NS, MT';
comment on column control_list_entries.technology_tags is 'what the technology does, as the agency reads the entry';
comment on column control_list_entries.search is 'the words of title and text, for the search';
create index control_list_entries_code_ix on control_list_entries (code);
create index control_list_entries_search_ix on control_list_entries using gin (search);
create trigger control_list_entries_not_edited before update or delete on control_list_entries
    for each row execute function refuse_version_rewrite();
create trigger control_list_entries_not_truncated before truncate on control_list_entries
    for each statement execute function refuse_change();

insert into reference_editions (id, subject, list, number, source, as_of, entries, added, changed, ended, recorded_by, recorded_at)
select e.id::uuid, 'control_list', e.list, 1, e.source, e.as_of::date, count(*), array_agg(h.code order by h.code), '{}', '{}',
       '00000000-0000-7000-8000-000000000002', '2026-01-01T00:00:00Z'
  from (values
    ('00000000-0000-7000-8000-000000000201', 'wassenaar-ml', 'Wassenaar Arrangement Munitions List (titles in the registry''s own words)', null),
    ('00000000-0000-7000-8000-000000000202', 'us-ccl', '15 CFR Part 774, Supplement No. 1 (Commerce Control List), issue of 2026-07-23; heading shortened', '2026-07-23'),
    ('00000000-0000-7000-8000-000000000203', 'eu-dual-use', 'Regulation (EU) 2021/821, Annex I (code only)', null)
  ) as e (id, list, source, as_of)
  join control_list_heads h on h.source = e.source
 group by e.id, e.list, e.source, e.as_of;

insert into control_list_entries (id, edition_id, list, code, title, category, reasons, technology_tags)
select ('00000000-0000-7000-8000-' || lpad(to_hex(4096 + row_number() over (order by length(h.code), h.code)), 12, '0'))::uuid,
       e.id, e.list, h.code, h.title, case when h.list = 'munitions' then 'ML' else left(h.code, 1) end, '{}', '{}'
  from control_list_heads h join reference_editions e on e.source = h.source;

drop table control_list_heads;

create table programmes (
    id uuid not null,
    edition_id uuid not null,
    list text not null,
    key text not null,
    valid_from date,
    valid_until date,
    ended_by uuid,
    title text not null,
    issuer text not null,
    countries text[] not null,
    measures text[] not null,
    begun_on date,
    ended_on date,
    url text,
    summary text,
    constraint programmes_pk primary key (id),
    constraint programmes_edition_fk foreign key (edition_id) references reference_editions (id),
    constraint programmes_ended_by_fk foreign key (ended_by) references reference_editions (id),
    constraint programmes_span_uq exclude using gist (
        code_range(list, list, '[]') with &&, code_range(key, key, '[]') with &&,
        daterange(valid_from, valid_until, '[]') with &&),
    constraint programmes_dates check (valid_until >= valid_from),
    constraint programmes_own_dates check (ended_on >= begun_on),
    constraint programmes_end_named check ((valid_until is null) = (ended_by is null)),
    constraint programmes_measures_known check (measures <@ array[
        'arms_embargo', 'arms_restrictions', 'export_controls', 'import_restrictions', 'asset_freeze', 'travel_ban',
        'financial_restrictions', 'investment_ban', 'sectoral_sanctions', 'transport_restrictions', 'services_ban',
        'aid_suspension', 'debarment', 'claims_prohibition'])
);
comment on table programmes is 'Embargo and sanctions programmes of others, one row for each version of each; ended, never deleted.';
comment on column programmes.id is 'UUIDv7';
comment on column programmes.edition_id is 'the edition that it came with';
comment on column programmes.list is 'the list it is from';
comment on column programmes.key is 'what the list calls it: EU-LEBANON';
comment on column programmes.valid_from is 'the first day of this version; null where it was on the list before the first edition on file';
comment on column programmes.valid_until is 'the last day of this version; null while no end is known';
comment on column programmes.ended_by is 'the edition that no longer has it or says otherwise; null while no end is known';
comment on column programmes.title is 'its title';
comment on column programmes.issuer is 'who issued it';
comment on column programmes.countries is 'the countries that it is directed at; none where it is directed at persons wherever they are';
comment on column programmes.measures is 'what it imposes';
comment on column programmes.begun_on is 'the first day of the programme itself; null where the list does not tell';
comment on column programmes.ended_on is 'the last day of the programme itself; null where the list tells none';
comment on column programmes.url is 'where it is published';
comment on column programmes.summary is 'what it is, in short';
create index programmes_countries_ix on programmes using gin (countries);
create trigger programmes_not_edited before update or delete on programmes
    for each row execute function refuse_version_rewrite();
create trigger programmes_not_truncated before truncate on programmes
    for each statement execute function refuse_change();

create table territory_names (
    territory text not null,
    language text not null,
    name text not null,
    source text not null,
    recorded_by uuid not null,
    recorded_at timestamptz not null,
    constraint territory_names_pk primary key (territory, language),
    constraint territory_names_territory_fk foreign key (territory) references territories (code),
    constraint territory_names_recorded_by_fk foreign key (recorded_by) references people (id),
    constraint territory_names_language_shape check (language ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$')
);
comment on table territory_names is 'Names of countries in other languages than English, one a language.';
comment on column territory_names.territory is 'the country';
comment on column territory_names.language is 'the language (BCP 47): he, zh-Hant, pt-BR';
comment on column territory_names.name is 'the name in that language';
comment on column territory_names.source is 'where the name is read';
comment on column territory_names.recorded_by is 'who entered it last';
comment on column territory_names.recorded_at is 'when';

select guard_rows(t, 'true') from unnest(array[
    'control_list_entries', 'programmes', 'reference_editions', 'territory_names']) as t;
select empower_rules();
select admit_erasures();
