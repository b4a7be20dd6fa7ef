-- How a directory's clients are read, and which identity provider they were recognized as.
alter table directories add column scim_mode text not null default 'compat'
    check (scim_mode in ('compat', 'strict'));
alter table directories add column unique_group_names integer not null default 1
    check (unique_group_names in (0, 1));
alter table directories add column detected_provider text;
alter table directories add column detected_by text;
alter table directories add column detected_surely integer check (detected_surely in (0, 1));
alter table directories add column detected_at integer;

-- The groups that are in a group, found without walking through its users.
create index nested_groups on members (directory_id, group_id, member_id) where member_type = 'Group';
insert into sqlite_stat1 (tbl, idx, stat) values ('members', 'nested_groups', '10000 1000 5 1');

analyze sqlite_schema;
