-- Checkpoints: how far the log had come, signed with a key that is not in the database.

create table audit_keys (
    key text not null,
    since_size bigint not null,
    since timestamptz not null,
    constraint audit_keys_pk primary key (key),
    constraint audit_keys_since_size_positive check (since_size > 0)
);
comment on table audit_keys is 'The public keys that sign checkpoints, each from its first checkpoint on; append-only.';
comment on column audit_keys.key is 'the key, as a vkey (C2SP signed-note)';
comment on column audit_keys.since_size is 'the size of the tree in the first checkpoint that it signed';
comment on column audit_keys.since is 'when that was';
create trigger audit_keys_append_only before update or delete or truncate on audit_keys
    for each statement execute function refuse_change();

create table audit_checkpoints (
    id uuid not null,
    at timestamptz not null,
    size bigint not null,
    root bytea not null,
    note text not null,
    constraint audit_checkpoints_pk primary key (id),
    constraint audit_checkpoints_size_uq unique (size),
    constraint audit_checkpoints_size_positive check (size > 0),
    constraint audit_checkpoints_root_256_bits check (octet_length(root) = 32)
);
comment on table audit_checkpoints is 'The checkpoints of the log (C2SP tlog-checkpoint); append-only.';
comment on column audit_checkpoints.id is 'UUIDv7';
comment on column audit_checkpoints.at is 'when, by the registry''s clock';
comment on column audit_checkpoints.size is 'how many entries the tree had';
comment on column audit_checkpoints.root is 'the root over them';
comment on column audit_checkpoints.note is 'the signed note, as it was published';
create trigger audit_checkpoints_append_only before update or delete or truncate on audit_checkpoints
    for each statement execute function refuse_change();

create table audit_cosignatures (
    size bigint not null,
    witness text not null,
    at timestamptz not null,
    line text not null,
    constraint audit_cosignatures_pk primary key (size, witness),
    constraint audit_cosignatures_checkpoint_fk foreign key (size) references audit_checkpoints (size)
);
comment on table audit_cosignatures is
    'What witnesses signed: that a checkpoint follows from all that they had seen before (C2SP tlog-cosignature); append-only.';
comment on column audit_cosignatures.size is 'the checkpoint, by the size of its tree';
comment on column audit_cosignatures.witness is 'the key of the witness, as a vkey';
comment on column audit_cosignatures.at is 'when, by the clock of the witness';
comment on column audit_cosignatures.line is 'the signature line';
create trigger audit_cosignatures_append_only before update or delete or truncate on audit_cosignatures
    for each statement execute function refuse_change();

select guard_rows(t, null) from unnest(array['audit_keys', 'audit_checkpoints', 'audit_cosignatures']) as t;
-- They say nothing of a case, and are of use to those who do not trust the registry.
do $$
declare
    told text;
begin
    foreach told in array array['audit_keys', 'audit_checkpoints', 'audit_cosignatures'] loop
        execute format('create policy %I on %I for select to registry_public using (true)', told || '_public', told);
        execute format('grant select on %I to registry_public', told);
    end loop;
end $$;
select empower_rules();

-- What the registry holds on a subject, for its digest in the log. Left out is what changes without an entry of the
-- subject: when a row was last touched, and when an override was used, which the decision says that used it. Nulls are
-- left out, so that a column that is added later, and is null, changes nothing; one that is not has to be left out here.
create function audit_content(of_kind text, ids uuid[]) returns table (id uuid, content jsonb)
language plpgsql stable set timezone = 'UTC' as $$
declare
    whole text;
    parts text;
begin
    select t.name into whole from (values
        ('allegation', 'allegations'), ('application', 'applications'), ('assessment', 'assessments'),
        ('declaration', 'declarations'), ('declaration_template', 'declaration_templates'), ('end_user', 'end_users'),
        ('exemption', 'exemptions'), ('exporter', 'exporters'), ('license', 'licenses'), ('measure', 'measures'),
        ('objection', 'objections'), ('override', 'overrides'), ('product', 'products'), ('review', 'reviews'),
        ('revocation', 'revocations')) as t (kind, name)
     where t.kind = of_kind;
    if whole is null then
        return;
    end if;
    select string_agg(format(
        $part$ || jsonb_build_object(%1$L, (select coalesce(jsonb_agg(p.part order by p.part::text collate "C"), '[]')
            from (select jsonb_strip_nulls(to_jsonb(p) - 'updated_at') as part from %1$I p where p.%2$I %3$s) as p))$part$,
        t.name, t.key, coalesce(t.within, '= w.id')), '' order by t.name) into parts from (values
        ('application', 'application_lines', 'application_id', null),
        ('application', 'application_positions', 'application_id', null),
        ('application', 'decisions', 'application_id', null),
        ('application', 'decision_lines', 'decision_id', 'in (select d.id from decisions d where d.application_id = w.id)'),
        ('assessment', 'assessment_considerations', 'assessment_id', null),
        ('assessment', 'assessment_positions', 'assessment_id', null),
        ('assessment', 'assessment_scores', 'assessment_id', null),
        ('declaration', 'declaration_items', 'declaration_id', null),
        ('license', 'license_conditions', 'license_id', null),
        ('license', 'license_draw_downs', 'license_id', null),
        ('license', 'license_freezes', 'license_id', null),
        ('license', 'license_lines', 'license_id', null),
        ('license', 'license_reinstatements', 'license_id', null),
        ('measure', 'measure_agreements', 'measure_id', null),
        ('measure', 'measure_contents', 'measure_id', null),
        ('override', 'override_dissents', 'override_id', null),
        ('product', 'product_classifications', 'product_id', null),
        ('review', 'review_evidence', 'review_id', null),
        ('revocation', 'revocation_hearings', 'revocation_id', null)) as t (kind, name, key, within)
     where t.kind = of_kind;
    return query execute format(
        'select w.id, jsonb_strip_nulls(to_jsonb(w) - array[''updated_at'', ''used_at'', ''life_cycle'']) %s from %I w where w.id = any ($1)',
        coalesce(parts, ''), whole) using ids;
end $$;
comment on function audit_content(text, uuid[]) is
    'What the registry holds on subjects of a kind: the row and its parts. The log has its digest; a change without an entry shows.';
