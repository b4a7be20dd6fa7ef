-- Changes of memberships that are too large for one transaction. A job says what is still to be done to the members
-- of a group, or to the groups of a user; it is applied piece by piece, by the request and, when that has ended, by
-- the server.
create table membership_jobs (
    id integer primary key,
    directory_id integer not null references directories (id),
    resource_id integer not null,
    resource_type text not null check (resource_type in ('User', 'Group')),
    -- removal: the memberships go, then the resource; gain: events of the groups of a user who is held no more
    kind text not null check (kind in ('change', 'removal', 'gain')),
    created_at integer not null,
    origin text not null,  -- kept for the events
    foreign key (directory_id, resource_type, resource_id) references resources (directory_id, type, id)
        on delete cascade
) strict;

create unique index membership_jobs_of_resource on membership_jobs (directory_id, resource_id);

-- What is left of a change or a gain, in the order in which it is applied: a JSON object each.
create table membership_job_parts (
    job_id integer not null references membership_jobs (id) on delete cascade,
    part integer not null,
    body text not null,
    primary key (job_id, part)
) strict;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('membership_jobs', 'membership_jobs_of_resource', '10 2 1'),
    ('membership_job_parts', 'sqlite_autoindex_membership_job_parts_1', '1000 100 1');

analyze sqlite_schema;
