-- What must be read again and is nobody else's to read, sealed by a master key that is not in the database
-- (base/vault.hpp). The place says what it is of: "signing_key/snk_42".
create table sealed_values (
    place text primary key,
    key_id text not null,
    sealed text not null
) strict, without rowid;

create index sealed_values_by_key on sealed_values (key_id);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('sealed_values', 'sealed_values', '2000 1'),
    ('sealed_values', 'sealed_values_by_key', '2000 1000 1');

-- Who may use the management API. With an organization, that one's part of it alone.
create table clients (
    id integer primary key,
    environment_id integer not null references environments (id),
    organization_id integer references organizations (id) on delete cascade,
    name text not null,
    may_write integer not null check (may_write in (0, 1)),
    created_at integer not null,
    updated_at integer not null
) strict;

create index clients_of_organization on clients (organization_id, id);

-- A secret is known by its SHA-256 in hexadecimal alone.
create table client_secrets (
    id integer primary key,
    client_id integer not null references clients (id) on delete cascade,
    digest text not null,
    suffix text not null,
    created_at integer not null,
    expires_at integer,
    last_used_at integer
) strict;

create index client_secrets_of_client on client_secrets (client_id, id);

-- Public halves as SubjectPublicKeyInfo in base64url; the private ones are sealed. A key is published from its
-- creation on, signs from signs_at to retires_at, and is forgotten when no token of its can be alive.
create table signing_keys (
    id integer primary key,
    public_key text not null,
    created_at integer not null,
    signs_at integer not null,
    retires_at integer,
    forgotten_at integer
) strict;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('clients', 'clients_of_organization', '1000 2 1'),
    ('client_secrets', 'client_secrets_of_client', '2000 2 1');

-- What was done through the management API. Each row's digest covers the one before it, so that none can be
-- changed or taken out unseen; the oldest go first. It outlives what it tells of, so it refers to nothing.
create table audit_log (
    number integer primary key,
    at integer not null,
    actor text not null,
    organization_id integer,
    directory_id integer,
    entry text not null,
    digest text not null
) strict;

create index audit_log_by_actor on audit_log (actor, number);
create index audit_log_by_organization on audit_log (organization_id, number);
create index audit_log_by_directory on audit_log (directory_id, number);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('audit_log', 'audit_log_by_actor', '100000 20000 1'),
    ('audit_log', 'audit_log_by_organization', '100000 100 1'),
    ('audit_log', 'audit_log_by_directory', '100000 50 1');

analyze sqlite_schema;
