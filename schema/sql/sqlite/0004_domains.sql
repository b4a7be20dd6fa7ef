-- Organizations with everything that Scalekit's have, domains that DNS proves, users who wait for their domain,
-- and seats.

alter table organizations add column region_code text not null default 'US' check (region_code in ('US', 'EU'));
alter table organizations add column metadata text not null default '{}';  -- a JSON object of strings
alter table organizations add column slug text;
alter table organizations add column logo_url text;
alter table organizations add column features text;                        -- a JSON object of flags
alter table organizations add column session_policy text not null default '{}';
alter table organizations add column max_allowed_users integer check (max_allowed_users >= 0);  -- 0: any number
alter table organizations add column active_users integer not null default 0 check (active_users >= 0);
-- From then on nobody finds it, and a job takes away what was its own.
alter table organizations add column deleted_at integer;

create unique index organizations_by_slug on organizations (environment_id, slug);
create index organizations_to_remove on organizations (deleted_at) where deleted_at is not null;

-- Many may claim a name; it belongs to the one that is verified.
create table domains_rebuilt (
    id integer primary key,
    environment_id integer not null references environments (id),
    organization_id integer not null references organizations (id),
    name text not null,
    type text not null check (type in ('organization', 'allowed_email')),
    method text not null check (method in ('admin', 'dns', 'not_applicable')),
    status text not null check (status in ('pending', 'verified', 'failed', 'lapsed')),
    covers_subdomains integer not null check (covers_subdomains in (0, 1)),
    token text,                           -- what the TXT record must hold; null unless by DNS
    window_ends_at integer,               -- of the search for the record
    next_check_at integer,                -- null: none
    checks integer not null default 0,    -- of this search
    last_check_at integer,
    last_outcome text,
    absent_since integer,                 -- of a verified domain's record
    absences integer not null default 0,  -- answers in a row that it is not there
    asks_until integer not null default 0,  -- how far the checks on request have used up their rate
    created_at integer not null,
    updated_at integer not null
) strict;

insert into domains_rebuilt (id, environment_id, organization_id, name, type, method, status,
    covers_subdomains, created_at, updated_at)
    select id, environment_id, organization_id, name, 'organization', 'admin', status, covers_subdomains,
        created_at, updated_at from domains;

drop table domains;
alter table domains_rebuilt rename to domains;

create unique index domains_of_organization on domains (organization_id, name, type);
create unique index domains_owned on domains (environment_id, name)
    where type = 'organization' and status = 'verified';
create index domains_due on domains (next_check_at) where next_check_at is not null;

alter table directories rename column domain_policy to former_policy;
alter table directories add column domain_policy text not null default 'reject'
    check (domain_policy in ('off', 'reject', 'hold'));
update directories set domain_policy = former_policy;
alter table directories drop column former_policy;
alter table directories add column held_users integer not null default 0 check (held_users >= 0);

-- Users that SCIM shows and nobody else: their domain is not verified, or there is no seat for them.
create table held_users (
    directory_id integer not null,
    user_id integer not null,
    user_type text not null default 'User' check (user_type = 'User'),
    reason text not null,
    domain text not null,  -- empty: none
    detail text not null,
    held_at integer not null,
    primary key (directory_id, user_id),
    foreign key (directory_id, user_type, user_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

-- How many of a group's members are held.
alter table member_counts add column held integer not null default 0 check (held >= 0);

create index held_users_by_reason on held_users (directory_id, reason, user_id);

-- Directories whose held users are to be looked at again, one after the other from `after_id` on.
create table releases (
    directory_id integer primary key references directories (id) on delete cascade,
    after_id integer not null
) strict;

-- The seats that are taken, kept where no way to write a user can pass by. A user without `active` is active.
create trigger seat_taken after insert on resources
when new.type = 'User' and coalesce(new.active, 1) = 1
begin
    update organizations set active_users = active_users + 1
    where id = (select organization_id from directories where id = new.directory_id);
end;

create trigger seat_changed after update of active on resources
when new.type = 'User' and coalesce(new.active, 1) <> coalesce(old.active, 1)
begin
    update organizations set active_users = active_users + coalesce(new.active, 1) - coalesce(old.active, 1)
    where id = (select organization_id from directories where id = new.directory_id)
        and not exists (select 1 from held_users where directory_id = new.directory_id and user_id = new.id);
end;

-- Before, because a held user's row goes with the user's.
create trigger seat_left before delete on resources
when old.type = 'User' and coalesce(old.active, 1) = 1
begin
    update organizations set active_users = active_users - 1
    where id = (select organization_id from directories where id = old.directory_id)
        and not exists (select 1 from held_users where directory_id = old.directory_id and user_id = old.id);
end;

create trigger user_held after insert on held_users
begin
    update directories set held_users = held_users + 1 where id = new.directory_id;
    update member_counts set held = held + 1 where directory_id = new.directory_id and group_id in
        (select group_id from members where directory_id = new.directory_id and member_id = new.user_id);
    update organizations set active_users = active_users - 1
    where id = (select organization_id from directories where id = new.directory_id)
        and exists (select 1 from resources where directory_id = new.directory_id and type = 'User'
            and id = new.user_id and coalesce(active, 1) = 1);
end;

create trigger user_released after delete on held_users
begin
    update directories set held_users = held_users - 1 where id = old.directory_id;
    update member_counts set held = held - 1 where directory_id = old.directory_id and group_id in
        (select group_id from members where directory_id = old.directory_id and member_id = old.user_id);
    update organizations set active_users = active_users + 1
    where id = (select organization_id from directories where id = old.directory_id)
        and exists (select 1 from resources where directory_id = old.directory_id and type = 'User'
            and id = old.user_id and coalesce(active, 1) = 1);
end;

create trigger held_member_added after insert on members
when exists (select 1 from held_users where directory_id = new.directory_id and user_id = new.member_id)
begin
    update member_counts set held = held + 1
    where directory_id = new.directory_id and group_id = new.group_id;
end;

create trigger held_member_removed before delete on members
when exists (select 1 from held_users where directory_id = old.directory_id and user_id = old.member_id)
begin
    update member_counts set held = held - 1
    where directory_id = old.directory_id and group_id = old.group_id;
end;

-- Whoever is held is looked at again when something changes that may have held him: a domain, the policy, the
-- number of seats, a seat that became free. A walk that is under way begins again.
create trigger domain_gained after insert on domains
when new.type = 'organization' and new.status = 'verified'
begin
    insert into releases (directory_id, after_id)
        select id, 0 from directories where organization_id = new.organization_id and held_users > 0
        on conflict (directory_id) do update set after_id = 0;
end;

create trigger domain_verified after update of status on domains
when new.type = 'organization' and new.status = 'verified' and old.status <> 'verified'
begin
    insert into releases (directory_id, after_id)
        select id, 0 from directories where organization_id = new.organization_id and held_users > 0
        on conflict (directory_id) do update set after_id = 0;
end;

create trigger policy_changed after update of domain_policy on directories
when new.domain_policy <> old.domain_policy and new.held_users > 0
begin
    insert into releases (directory_id, after_id) values (new.id, 0)
        on conflict (directory_id) do update set after_id = 0;
end;

create trigger seats_changed after update of active_users, max_allowed_users on organizations
when new.active_users < old.active_users or new.max_allowed_users is not old.max_allowed_users
begin
    insert into releases (directory_id, after_id)
        select d.id, 0 from directories d where d.organization_id = new.id and d.held_users > 0
            and exists (select 1 from held_users h where h.directory_id = d.id and h.reason = 'seat_limit')
        on conflict (directory_id) do update set after_id = 0;
end;

update organizations set active_users =
    (select count(*) from directories d join resources r on r.directory_id = d.id
        where d.organization_id = organizations.id and r.type = 'User' and coalesce(r.active, 1) = 1);

delete from sqlite_stat1 where tbl = 'domains';
insert into sqlite_stat1 (tbl, idx, stat) values
    ('organizations', 'organizations_by_slug', '1000 1000 1'),
    ('organizations', 'organizations_to_remove', '2 1'),
    ('domains', 'domains_of_organization', '1000 2 1 1'),
    ('domains', 'domains_owned', '1000 1000 1'),
    ('domains', 'domains_due', '1000 1'),
    ('held_users', 'held_users', '10000 100 1'),
    ('held_users', 'held_users_by_reason', '10000 100 50 1');

analyze sqlite_schema;
