-- Answers to management requests that carried an Idempotency-Key. The body is null when it held a secret.
create table idempotency_keys (
    key text primary key,
    request text not null,
    status integer not null,
    body text,
    created_at integer not null
) strict, without rowid;

create index idempotency_keys_by_time on idempotency_keys (created_at);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('idempotency_keys', 'idempotency_keys', '10000 1'),
    ('idempotency_keys', 'idempotency_keys_by_time', '10000 1');

analyze sqlite_schema;
