-- A secret may stand for one user of its directory, and ends with it. No foreign key: one that has ended outlives its
-- user and is still shown, and ids are never given twice.
alter table secrets add column user_id integer;

create index secrets_of_user on secrets (directory_id, user_id) where user_id is not null;

-- The user for whom a request's token stood; empty: none.
alter table request_log add column directory_user_id text not null default '';

insert into sqlite_stat1 (tbl, idx, stat) values
    ('secrets', 'secrets_of_user', '500 100 2');

analyze sqlite_schema;
