-- What identity providers asked and were answered, for a while. Ids are given in the order of writing, so the oldest
-- rows of all directories are the first ones.
create table request_log (
    id integer primary key,
    directory_id integer not null references directories (id),
    at integer not null,
    method text not null,
    path text not null,          -- a template: "/Users/{id}"
    query text not null,         -- masked
    status integer not null,
    scim_type text not null,     -- of an error; empty: none
    detail text not null,        -- of an error, masked
    microseconds integer not null,
    request_id text not null,
    resource_id text not null,   -- empty: none
    changes text not null,       -- JSON: what was asked for, and what became of it
    provider text not null,      -- that the request seems to come from; empty: unknown
    agent text not null,
    body text not null           -- masked
) strict;

create index request_log_of_directory on request_log (directory_id, id);

-- A refused user who is taken in at last is resolved, and stays for a while. The id is the row's place in the ledger.
alter table refusals add column id integer not null default 0;
alter table refusals add column external_id text not null default '';
alter table refusals add column resolved_at integer;

update refusals set id = numbered.place from
    (select directory_id, subject, reason, domain, row_number() over (order by first_at) as place from refusals) numbered
    where refusals.directory_id = numbered.directory_id and refusals.subject = numbered.subject
    and refusals.reason = numbered.reason and refusals.domain = numbered.domain;

create unique index refusals_by_id on refusals (directory_id, id);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('request_log', 'request_log_of_directory', '1000000 10000 1'),
    ('refusals', 'refusals_by_id', '10000 1000 1');

analyze sqlite_schema;
