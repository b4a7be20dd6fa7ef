-- The log outlives what it tells of: its rows refer to no organization and no directory, and an event of the
-- environment has neither.
create table events_rebuilt (
    id integer primary key,
    organization_id integer,
    directory_id integer,
    sequence integer,
    type text not null,
    body text not null,
    unique (directory_id, sequence),
    check ((directory_id is null) = (sequence is null))
) strict;

insert into events_rebuilt (id, organization_id, directory_id, sequence, type, body)
    select id, organization_id, directory_id, sequence, type, body from events;

drop table events;
alter table events_rebuilt rename to events;

-- While both are there they belong together, whatever a statement forgets.
create trigger events_of_their_organization before insert on events
    when new.directory_id is not null
        and not exists (
            select 1 from directories where id = new.directory_id and organization_id = new.organization_id
        )
begin
    select raise(abort, 'events: the directory is not of this organization');
end;

-- A directory whose removal has begun: nobody finds it any more, and a job takes it away in pieces.
alter table directories add column removed_at integer;
alter table directories add column status text check (status in ('DRAFT', 'IN_PROGRESS', 'COMPLETED'));

create table directory_removals (
    directory_id integer primary key references directories (id),
    origin text not null
) strict;

alter table secrets add column last_used_address text;
alter table secrets add column last_used_agent text;
-- How many of the warnings before the expiry have been given or are not due.
alter table secrets add column warnings_given integer not null default 0;

create index secrets_by_expiry on secrets (expires_at) where expires_at is not null and revoked_at is null;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('events', 'sqlite_autoindex_events_1', '1000000 100000 1'),
    ('secrets', 'secrets_by_expiry', '500 1');

analyze sqlite_schema;
