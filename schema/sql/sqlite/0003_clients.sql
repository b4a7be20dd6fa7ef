-- What must be read again and is nobody else's to read, sealed by a master key that is not in the database
-- (base/vault.hpp). The place says what it is of: "signing_key/snk_42".
create table sealed_values (
    place text primary key,
    key_id text not null,
    sealed text not null
) strict, without rowid;

create index sealed_values_by_key on sealed_values (key_id);

insert into sqlite_stat1 (tbl, idx, stat) values
    ('sealed_values', 'sealed_values', '2000 1'),
    ('sealed_values', 'sealed_values_by_key', '2000 1000 1');

analyze sqlite_schema;
