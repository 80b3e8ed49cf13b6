-- Exemptions from the marketing license, as dated data; and the key of a proceeding to the measure that instructed it.

create table exemptions (
    id uuid not null,
    reference text not null,
    version integer not null,
    status text not null,
    title text not null,
    scope jsonb not null,
    conditions text[] not null,
    legal_basis text not null,
    valid_from date not null,
    valid_until date,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint exemptions_pk primary key (id),
    constraint exemptions_reference_uq unique (reference),
    constraint exemptions_scope_object check (jsonb_typeof(scope) = 'object'),
    constraint exemptions_dates check (
        valid_from > '-infinity' and valid_from < 'infinity' and valid_until >= valid_from and valid_until < 'infinity')
);
comment on table exemptions is 'What may be exported without a marketing license, from when until when.';
comment on column exemptions.id is 'UUIDv7';
comment on column exemptions.reference is 'XM-2026-000123';
comment on column exemptions.version is 'the version of the last step';
comment on column exemptions.status is 'whether it stands or was ended';
comment on column exemptions.title is 'what it is called';
comment on column exemptions.scope is 'what it is for (src/rules/scope)';
comment on column exemptions.conditions is 'what a license granted on it must state';
comment on column exemptions.legal_basis is 'the law it rests on';
comment on column exemptions.valid_from is 'its first day';
comment on column exemptions.valid_until is 'its last day, where it has one';
comment on column exemptions.created_at is 'when it came on file';
comment on column exemptions.updated_at is 'when it last moved';

insert into life_cycles (name, table_name) values ('exemption', 'exemptions');
insert into life_cycle_transitions (life_cycle, from_status, action, to_status) values
    ('exemption', 'none', 'grant', 'in_force'),
    ('exemption', 'in_force', 'end', 'ended');
select write_history_projection();
select follow_history('exemptions', 'exemption');
create index exemptions_status_ix on exemptions (status, id);

create function refuse_exemption_rewrite() returns trigger language plpgsql as $$
begin
    if (to_jsonb(new) - '{status,version,updated_at,life_cycle}'::text[])
       <> (to_jsonb(old) - '{status,version,updated_at,life_cycle}'::text[]) then
        raise exception 'an exemption is ended and never edited' using errcode = 'restrict_violation',
            constraint = 'exemptions_not_edited';
    end if;
    return new;
end $$;
comment on function refuse_exemption_rewrite() is 'What an exemption says stands: another is granted in its place.';
create trigger exemptions_not_edited before update on exemptions
    for each row execute function refuse_exemption_rewrite();

alter table revocations add constraint revocations_measure_fk foreign key (measure_id) references measures (id);
