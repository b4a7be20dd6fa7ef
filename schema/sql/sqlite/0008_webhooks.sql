-- Webhook endpoints and what is being delivered to them. The outbox is the table of events itself: an endpoint
-- has a position in it, and rows of its own exist only for what is not simply next.

-- The lane of what belongs to no directory.
create index events_outside_directories on events (id) where directory_id is null;

-- Lists of texts and numbers are JSON. What filters name has no foreign key: an organization or directory that
-- is gone matches nothing any more, and the last events of it are still to be delivered.
--
-- position: up to this event all are settled, or have rows in webhook_lanes or webhook_deliveries.
-- revision: changes with whatever the deliverer has to know. fence: with whoever delivers; results that come
-- from an earlier one are dropped.
create table webhook_endpoints (
    id integer primary key,
    url text not null,
    description text not null,
    event_types text not null,
    organization_id integer,
    directory_id integer,
    headers text not null,
    mode text not null check (mode in ('ordered', 'concurrent')),
    signature text not null check (signature in ('v1', 'v1a')),
    retry_schedule text,
    disabled_reason text check (disabled_reason in ('operator', 'gone', 'failing')),
    disabled_at integer,
    created_at integer not null,
    updated_at integer not null,
    revision integer not null default 1,
    position integer not null,
    failing_since integer,
    failures integer not null default 0,
    last_failure_at integer,
    last_success_at integer,
    lease_owner text,
    lease_until integer,
    fence integer not null default 0
) strict;

-- One row. number: changes whenever an endpoint's revision does, so that not all of them are to be looked at.
create table webhook_changes (
    id integer primary key check (id = 1),
    number integer not null default 0,
    tests_minute integer not null default 0,
    tests integer not null default 0
) strict;

insert into webhook_changes (id) values (1);

-- The newest signs; those before it do, too, until they expire. Their texts are sealed, but for the public
-- half of "v1a".
create table webhook_keys (
    endpoint_id integer not null references webhook_endpoints (id) on delete cascade,
    id integer not null,
    public_key text not null,
    created_at integer not null,
    expires_at integer,
    primary key (endpoint_id, id)
) strict, without rowid;

-- A directory that stands still behind its endpoint's position because an event of it failed: everything of
-- it after `event_id` waits. Directory 0 is what belongs to no directory.
create table webhook_lanes (
    endpoint_id integer not null references webhook_endpoints (id) on delete cascade,
    directory_id integer not null,
    event_id integer not null,
    sequence integer not null,
    head_id integer not null,
    attempts integer not null,
    due_at integer not null,
    last_error text not null,
    primary key (endpoint_id, directory_id)
) strict, without rowid;

-- Single events that are sent again by themselves, and those that are not sent any more. A test has a body of
-- its own and no event.
create table webhook_deliveries (
    endpoint_id integer not null references webhook_endpoints (id) on delete cascade,
    event_id integer not null,
    state text not null check (state in ('waiting', 'dead')),
    attempts integer not null,
    due_at integer not null,
    failed_at integer,
    last_error text not null,
    test_body text,
    primary key (endpoint_id, event_id)
) strict, without rowid;

create index webhook_deliveries_by_state on webhook_deliveries (endpoint_id, state, due_at, event_id);

-- Without a foreign key: an endpoint may have had millions. What is left of one is pruned with the others.
create table webhook_attempts (
    id integer primary key,
    endpoint_id integer not null,
    event_id integer not null,
    number integer not null,
    started_at integer not null,
    status integer,
    milliseconds integer not null,
    error text not null,
    response text not null
) strict;

create index webhook_attempts_of_endpoint on webhook_attempts (endpoint_id, id);
create index webhook_attempts_of_event on webhook_attempts (endpoint_id, event_id, id);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('events', 'events_outside_directories', '1000 1'),
    ('webhook_keys', 'webhook_keys', '200 2 1'),
    ('webhook_lanes', 'webhook_lanes', '1000 10 1'),
    ('webhook_deliveries', 'webhook_deliveries', '100000 1000 1'),
    ('webhook_deliveries', 'webhook_deliveries_by_state', '100000 1000 500 2 1'),
    ('webhook_attempts', 'webhook_attempts_of_endpoint', '1000000 10000 1'),
    ('webhook_attempts', 'webhook_attempts_of_event', '1000000 10000 2 1');

analyze sqlite_schema;
