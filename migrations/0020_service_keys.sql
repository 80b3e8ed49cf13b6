-- The keys that all instances of the service share.

create table service_keys (
    purpose text not null,
    key bytea not null,
    created_at timestamptz not null,
    constraint service_keys_pk primary key (purpose),
    constraint service_keys_purpose_known check (purpose in ('cursors')),
    constraint service_keys_key_256_bits check (octet_length(key) = 32)
);
comment on table service_keys is 'Secrets of the service itself, made by the first instance that starts. They open no case.';
comment on column service_keys.purpose is 'what is signed with it: cursors of lists';
comment on column service_keys.key is 'random, 256 bits';
comment on column service_keys.created_at is 'when it was made';

select guard_rows('service_keys', null);
