-- Changes of very many memberships whose users have not been told yet: each with the group as it was called,
-- and who is behind it.
create table untold_changes (
    id integer primary key,
    directory_id integer not null references directories (id),
    group_name text not null,
    origin text not null,
    caused_by text not null  -- the id of the event that led to it; empty: none
) strict;

create index untold_changes_of_directory on untold_changes (directory_id);

-- The memberships of users that events tell otherwise than they are now. A job tells them, one user after the
-- other; so does whatever event of the user comes first.
create table untold_groups (
    directory_id integer not null,
    user_id integer not null,
    group_id integer not null,  -- which may be gone
    user_type text not null default 'User' check (user_type = 'User'),
    was_member integer not null check (was_member in (0, 1)),
    change_id integer not null,
    primary key (directory_id, user_id, group_id),
    foreign key (directory_id, user_type, user_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('untold_changes', 'untold_changes_of_directory', '100 5'),
    ('untold_groups', 'untold_groups', '1000000 100000 2 1');

analyze sqlite_schema;
