-- The name of a group beside the count of its members: what a user's groups are called is read without their
-- documents, which may be long.
alter table member_counts add column display_name text not null default '';

update member_counts set display_name = coalesce(
    (select json_extract(r.document, '$.displayName') from resources r
        where r.directory_id = member_counts.directory_id and r.type = 'Group' and r.id = member_counts.group_id),
    ''
);

-- How many groups a user or a group is in directly: a kept count, so that a limit on it costs one look-up.
create table membership_counts (
    directory_id integer not null,
    member_id integer not null,
    member_type text not null,
    total integer not null check (total >= 0),
    primary key (directory_id, member_id),
    foreign key (directory_id, member_type, member_id) references resources (directory_id, type, id)
        on delete cascade
) strict, without rowid;

insert into membership_counts (directory_id, member_id, member_type, total)
    select directory_id, member_id, member_type, count(*) from members
    group by directory_id, member_id, member_type;

create trigger membership_gained after insert on members
begin
    insert into membership_counts (directory_id, member_id, member_type, total)
        values (new.directory_id, new.member_id, new.member_type, 1)
        on conflict (directory_id, member_id) do update set total = total + 1;
end;

create trigger membership_lost after delete on members
begin
    update membership_counts set total = total - 1
    where directory_id = old.directory_id and member_id = old.member_id;
end;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('membership_counts', 'membership_counts', '1000000 100000 1');

analyze sqlite_schema;
