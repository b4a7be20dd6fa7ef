-- The order of meta.created, which lists can have. (Ids follow it, but for a clock that was put back.)
create index resources_by_creation on resources (directory_id, type, created_at, id);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('resources', 'resources_by_creation', '1000000 100000 50000 2 1');

analyze sqlite_schema;
