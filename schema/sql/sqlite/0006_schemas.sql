-- Which of the optional schemas a directory has: their URNs with spaces between; null: all there are.
alter table directories add column schemas text;

-- The values of attributes whose schema says that they are unique, in the form in which they are compared. The
-- userName of users and the displayName of groups have a column of their own.
create table unique_values (
    directory_id integer not null,
    type text not null,
    attribute text not null,
    value text not null,
    resource_id integer not null,
    primary key (directory_id, type, attribute, value),
    foreign key (directory_id, type, resource_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

create index unique_values_of_resource on unique_values (directory_id, type, resource_id);

-- What of all resources stands in unique_values: when the schemas say otherwise, the rows are made anew.
create table unique_attributes (
    type text not null,
    attribute text not null,
    comparison text not null,
    primary key (type, attribute)
) strict, without rowid;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('unique_values', 'unique_values', '1000000 100000 100000 100000 1'),
    ('unique_values', 'unique_values_of_resource', '1000000 100000 50000 2'),
    ('unique_attributes', 'unique_attributes', '100 10 1');

analyze sqlite_schema;
