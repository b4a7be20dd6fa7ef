-- Ids are our own snowflakes, times are microseconds since 1970, text is UTF-8 and compares by its bytes.
--
-- Every key of a directory's table starts with directory_id, foreign keys too: no row can point into another
-- directory, whatever a statement forgets.

create table environments (
    id integer primary key
) strict;

insert into environments (id) values (1);

create table organizations (
    id integer primary key,
    environment_id integer not null references environments (id),
    display_name text not null,
    external_id text,
    created_at integer not null,
    updated_at integer not null,
    unique (environment_id, external_id)
) strict;

create table domains (
    id integer primary key,
    environment_id integer not null references environments (id),
    organization_id integer not null references organizations (id),
    name text not null,
    status text not null check (status in ('pending', 'verified', 'failed')),
    covers_subdomains integer not null check (covers_subdomains in (0, 1)),
    created_at integer not null,
    updated_at integer not null,
    unique (environment_id, name)
) strict;

create index domains_of_organization on domains (organization_id, name);

create table directories (
    id integer primary key,
    organization_id integer not null references organizations (id),
    name text not null,
    provider text not null,
    is_enabled integer not null check (is_enabled in (0, 1)),
    domain_policy text not null check (domain_policy in ('off', 'reject')),
    created_at integer not null,
    updated_at integer not null,
    last_sequence integer not null default 0,
    unique (organization_id, id)
) strict;

-- A token is known by its SHA-256 in hexadecimal alone.
create table secrets (
    id integer primary key,
    directory_id integer not null references directories (id),
    digest text not null unique,
    suffix text not null,
    created_at integer not null,
    expires_at integer,
    revoked_at integer,
    last_used_at integer
) strict;

create index secrets_of_directory on secrets (directory_id, id);

-- The document stands last: whoever reads the columns before it need not follow its overflow pages.
create table resources (
    id integer primary key,
    directory_id integer not null references directories (id),
    type text not null,
    version integer not null,
    created_at integer not null,
    modified_at integer not null,
    unique_key text,
    display_key text,
    external_id text,
    active integer check (active in (0, 1)),
    document text not null
) strict;

create unique index resources_by_id on resources (directory_id, type, id);
create unique index resources_by_unique_key on resources (directory_id, type, unique_key);
create index resources_by_external_id on resources (directory_id, type, external_id);
create index resources_by_display_key on resources (directory_id, type, display_key);
create index resources_by_modification on resources (directory_id, type, modified_at, id);

-- The values of multi-valued attributes that filters look up: e-mail addresses.
create table resource_values (
    directory_id integer not null,
    type text not null,
    attribute text not null,
    value text not null,
    resource_id integer not null,
    primary key (directory_id, type, attribute, value, resource_id),
    foreign key (directory_id, type, resource_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

create index resource_values_of_resource on resource_values (directory_id, type, resource_id);

create table resource_counts (
    directory_id integer not null references directories (id),
    type text not null,
    total integer not null check (total >= 0),
    primary key (directory_id, type)
) strict, without rowid;

-- One row a group, born and gone with it; its members hang on it.
create table member_counts (
    directory_id integer not null,
    group_id integer not null,
    group_type text not null default 'Group' check (group_type = 'Group'),
    total integer not null default 0 check (total >= 0),
    primary key (directory_id, group_id),
    foreign key (directory_id, group_type, group_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

create table members (
    directory_id integer not null,
    group_id integer not null,
    member_id integer not null,
    member_type text not null,
    display text not null default '',
    primary key (directory_id, group_id, member_id),
    foreign key (directory_id, group_id) references member_counts (directory_id, group_id)
        on delete cascade,
    foreign key (directory_id, member_type, member_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

create index members_by_member on members (directory_id, member_id, member_type, group_id);

-- The body is the envelope as it is delivered, byte for byte.
create table events (
    id integer primary key,
    organization_id integer not null references organizations (id),
    directory_id integer,
    sequence integer not null,
    type text not null,
    body text not null,
    unique (directory_id, sequence),
    foreign key (organization_id, directory_id) references directories (organization_id, id)
) strict;

create table refusals (
    directory_id integer not null references directories (id),
    subject text not null,
    reason text not null,
    domain text not null,
    user_name text not null,
    detail text not null,
    count integer not null,
    first_at integer not null,
    last_at integer not null,
    primary key (directory_id, subject, reason, domain)
) strict, without rowid;

create index refusals_by_time on refusals (directory_id, last_at);

-- What ANALYZE would find in a store of large directories, given once and for all: without it the planner
-- takes a directory for ten rows and walks it whole, and with it every machine has the same plans. So nothing
-- ever runs ANALYZE or PRAGMA optimize here. The numbers are rows, then rows a value of the first column, of
-- the first two, and so on.
analyze sqlite_schema;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('organizations', 'sqlite_autoindex_organizations_1', '1000 1000 1'),
    ('domains', 'sqlite_autoindex_domains_1', '1000 1000 1'),
    ('domains', 'domains_of_organization', '1000 2 1'),
    ('directories', 'sqlite_autoindex_directories_1', '1000 2 1'),
    ('secrets', 'sqlite_autoindex_secrets_1', '2000 1'),
    ('secrets', 'secrets_of_directory', '2000 2 1'),
    ('resources', 'resources_by_id', '1000000 100000 50000 1'),
    ('resources', 'resources_by_unique_key', '1000000 100000 50000 1'),
    ('resources', 'resources_by_external_id', '1000000 100000 50000 1'),
    ('resources', 'resources_by_display_key', '1000000 100000 50000 2'),
    ('resources', 'resources_by_modification', '1000000 100000 50000 10 1'),
    ('resource_values', 'resource_values', '1000000 100000 100000 100000 2 1'),
    ('resource_values', 'resource_values_of_resource', '1000000 100000 100000 2'),
    ('resource_counts', 'resource_counts', '2000 2 1'),
    ('member_counts', 'member_counts', '100000 10000 1'),
    ('members', 'members', '2000000 200000 200 1'),
    ('members', 'members_by_member', '2000000 200000 10 10 1'),
    ('events', 'sqlite_autoindex_events_1', '1000000 100000 1'),
    ('refusals', 'refusals', '10000 1000 2 1 1'),
    ('refusals', 'refusals_by_time', '10000 1000 1');

analyze sqlite_schema;
