-- How much of the store each directory uses, kept by the triggers below, and the quotas that have been set for
-- it; null: the default of the configuration. Numbers of users, groups and other resources are in
-- resource_counts.
create table directory_usage (
    directory_id integer primary key references directories (id) on delete cascade,
    memberships integer not null default 0 check (memberships >= 0),
    document_bytes integer not null default 0 check (document_bytes >= 0),
    event_bytes integer not null default 0 check (event_bytes >= 0),
    events_deleted_up_to integer not null default 0,  -- of this directory alone, because of their bytes
    users_max integer check (users_max >= 0),         -- here and below 0: any number
    groups_max integer check (groups_max >= 0),
    resources_max integer check (resources_max >= 0),
    memberships_max integer check (memberships_max >= 0),
    document_bytes_max integer check (document_bytes_max >= 0),
    event_bytes_max integer check (event_bytes_max >= 0),
    events_per_second_max integer check (events_per_second_max >= 0)
) strict;

-- Few directories ever lose events of their own; readers of the whole log look here.
create index directory_usage_by_deleted on directory_usage (events_deleted_up_to) where events_deleted_up_to > 0;

-- Of the whole log: events of organizations and of directories that have been deleted, too.
alter table environments add column event_bytes integer not null default 0;

insert into directory_usage (directory_id, memberships, document_bytes, event_bytes)
    select d.id,
        (select coalesce(sum(c.total), 0) from member_counts c where c.directory_id = d.id),
        (select coalesce(sum(length(cast(r.document as blob))), 0) from resources r where r.directory_id = d.id),
        (select coalesce(sum(length(cast(e.body as blob))), 0) from events e where e.directory_id = d.id)
    from directories d;

update environments set event_bytes = (select coalesce(sum(length(cast(body as blob))), 0) from events);

create trigger usage_of_new_directory after insert on directories
begin
    insert into directory_usage (directory_id) values (new.id);
end;

create trigger document_bytes_added after insert on resources
begin
    update directory_usage set document_bytes = document_bytes + length(cast(new.document as blob))
    where directory_id = new.directory_id;
end;

create trigger document_bytes_changed after update of document on resources
when new.document <> old.document
begin
    update directory_usage set document_bytes = document_bytes + length(cast(new.document as blob))
        - length(cast(old.document as blob))
    where directory_id = new.directory_id;
end;

create trigger document_bytes_removed after delete on resources
begin
    update directory_usage set document_bytes = document_bytes - length(cast(old.document as blob))
    where directory_id = old.directory_id;
end;

-- The count of a group's members follows every change of them, so that one of many costs one statement.
create trigger memberships_added after insert on member_counts
when new.total <> 0
begin
    update directory_usage set memberships = memberships + new.total where directory_id = new.directory_id;
end;

create trigger memberships_changed after update of total on member_counts
when new.total <> old.total
begin
    update directory_usage set memberships = memberships + new.total - old.total
    where directory_id = new.directory_id;
end;

create trigger memberships_removed after delete on member_counts
when old.total <> 0
begin
    update directory_usage set memberships = memberships - old.total where directory_id = old.directory_id;
end;

create trigger event_bytes_added after insert on events
begin
    update environments set event_bytes = event_bytes + length(cast(new.body as blob));
    update directory_usage set event_bytes = event_bytes + length(cast(new.body as blob))
    where directory_id = new.directory_id;
end;

create trigger event_bytes_removed after delete on events
begin
    update environments set event_bytes = event_bytes - length(cast(old.body as blob));
    update directory_usage set event_bytes = event_bytes - length(cast(old.body as blob))
    where directory_id = old.directory_id;
end;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('directory_usage', null, '2000'),
    ('directory_usage', 'directory_usage_by_deleted', '100 1');

analyze sqlite_schema;
