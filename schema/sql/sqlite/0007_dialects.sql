-- How a directory's clients are read, and which identity provider they were recognized as.
alter table directories add column scim_mode text not null default 'compat'
    check (scim_mode in ('compat', 'strict'));
alter table directories add column unique_group_names integer not null default 1
    check (unique_group_names in (0, 1));
alter table directories add column detected_provider text;
alter table directories add column detected_by text;
alter table directories add column detected_surely integer check (detected_surely in (0, 1));
alter table directories add column detected_at integer;
