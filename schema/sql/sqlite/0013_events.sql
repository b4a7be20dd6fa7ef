-- How far what writes the log of events elsewhere has come: all up to this position has been written.
create table event_sinks (
    name text primary key,
    position integer not null
) strict, without rowid;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('event_sinks', 'event_sinks', '1 1');

analyze sqlite_schema;
