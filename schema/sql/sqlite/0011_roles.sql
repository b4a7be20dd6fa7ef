-- How many of a group's members are groups themselves: the others are users, so nobody need count them.
alter table member_counts add column subgroups integer not null default 0 check (subgroups >= 0);

update member_counts set subgroups =
    (select count(*) from members m where m.directory_id = member_counts.directory_id
        and m.group_id = member_counts.group_id and m.member_type = 'Group');

create trigger subgroup_added after insert on members
when new.member_type = 'Group'
begin
    update member_counts set subgroups = subgroups + 1
    where directory_id = new.directory_id and group_id = new.group_id;
end;

create trigger subgroup_removed before delete on members
when old.member_type = 'Group'
begin
    update member_counts set subgroups = subgroups - 1
    where directory_id = old.directory_id and group_id = old.group_id;
end;

-- Roles of the environment (organization_id null) or of one organization, which sees both.
create table roles (
    id integer primary key,
    environment_id integer not null references environments (id),
    organization_id integer references organizations (id) on delete cascade,
    name text not null,
    display_name text not null,
    description text not null,
    extends text,                -- the name of another role in sight
    permissions text not null,   -- a JSON array of names
    created_at integer not null,
    updated_at integer not null
) strict;

create unique index roles_by_name on roles (environment_id, coalesce(organization_id, 0), name);
create index roles_of_organization on roles (organization_id, id);
create index roles_by_extended on roles (extends) where extends is not null;

alter table environments add column default_creator_role integer;
alter table environments add column default_member_role integer;
alter table organizations add column default_member_role integer;

create index organizations_by_default_role on organizations (default_member_role)
    where default_member_role is not null;

-- Which groups give which roles; the lower position comes first in a user's roles.
create table role_assignments (
    directory_id integer not null references directories (id),
    position integer not null,
    group_id integer not null,
    role_id integer not null references roles (id) on delete cascade,
    primary key (directory_id, position),
    foreign key (directory_id, group_id) references member_counts (directory_id, group_id)
        on delete cascade
) strict, without rowid;

create unique index role_assignments_by_group on role_assignments (directory_id, group_id, role_id);
create index role_assignments_by_role on role_assignments (role_id, directory_id);

-- The roles that events have told of a user, in order with spaces between; no row: none.
create table told_roles (
    directory_id integer not null,
    user_id integer not null,
    user_type text not null default 'User' check (user_type = 'User'),
    names text not null,
    primary key (directory_id, user_id),
    foreign key (directory_id, user_type, user_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

-- Directories whose users' roles are to be compared with what was told, one user after the other from
-- after_id on. A walk that is under way begins again when something changes.
create table role_recounts (
    directory_id integer primary key references directories (id) on delete cascade,
    after_id integer not null,
    origin text not null  -- who is behind the change
) strict;

-- Attributes that the application wants beside the standard ones, and where a directory has them.
create table attribute_definitions (
    environment_id integer not null references environments (id),
    key text not null,
    label text not null,
    datatype text not null check (datatype in ('STRING', 'NUMBER', 'BOOL', 'ARRAY', 'OBJECT')),
    is_enabled integer not null check (is_enabled in (0, 1)),
    is_required integer not null check (is_required in (0, 1)),
    primary key (environment_id, key)
) strict, without rowid;

create table attribute_mappings (
    directory_id integer not null references directories (id),
    position integer not null,
    environment_id integer not null,
    key text not null,
    path text not null,
    primary key (directory_id, position),
    foreign key (environment_id, key) references attribute_definitions (environment_id, key)
        on delete cascade
) strict, without rowid;

create index attribute_mappings_by_key on attribute_mappings (environment_id, key);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('organizations', 'organizations_by_default_role', '100 2'),
    ('roles', 'roles_by_name', '1000 1000 5 1'),
    ('roles', 'roles_of_organization', '1000 5 1'),
    ('roles', 'roles_by_extended', '100 5'),
    ('role_assignments', 'role_assignments', '10000 20 1'),
    ('role_assignments', 'role_assignments_by_group', '10000 20 2 1'),
    ('role_assignments', 'role_assignments_by_role', '10000 20 2'),
    ('told_roles', 'told_roles', '1000000 100000 1'),
    ('attribute_definitions', 'attribute_definitions', '20 20 1'),
    ('attribute_mappings', 'attribute_mappings', '5000 5 1'),
    ('attribute_mappings', 'attribute_mappings_by_key', '5000 5000 250');

analyze sqlite_schema;
