-- Tables and columns get the names that the code uses. Rows, triggers and foreign keys stay.

-- Changes of group memberships whose user_updated events are pending, and the users who wait for them.
alter table untold_changes rename to pending_group_changes;
alter table untold_groups rename to pending_group_events;
drop index untold_changes_of_directory;
create index pending_group_changes_of_directory on pending_group_changes (directory_id);

-- The roles of each user in the event that was published last.
alter table told_roles rename to published_roles;

-- The directories that an endpoint delivers behind its position, because an event of theirs has failed.
alter table webhook_lanes rename to webhook_directory_queues;

-- Directories whose held users are looked at again.
alter table releases rename to held_user_releases;

-- Whether the identity provider names itself in its requests.
alter table directories rename column detected_surely to detected_is_certain;

-- An index takes its figures along when it is dropped, a table keeps those of its old name.
insert into sqlite_stat1 (tbl, idx, stat) values
    ('pending_group_changes', 'pending_group_changes_of_directory', '100 5');
update sqlite_stat1 set tbl = 'pending_group_events', idx = 'pending_group_events' where tbl = 'untold_groups';
update sqlite_stat1 set tbl = 'published_roles', idx = 'published_roles' where tbl = 'told_roles';
update sqlite_stat1 set tbl = 'webhook_directory_queues', idx = 'webhook_directory_queues'
    where tbl = 'webhook_lanes';

analyze sqlite_schema;
