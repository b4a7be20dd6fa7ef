-- `active` of a user is a boolean, always. Of users who have lost it, what was last published holds; where no
-- event of before is left, a user is active, as their seats were counted.
with published as (
    select e.directory_id, cast(substr(json_extract(e.body, '$.data.id'), 9) as integer) as user_id,
        json_extract(e.body, '$.data.active') as active, max(e.id)
    from events e
    where exists (select 1 from resources where type = 'User' and active is null)
        and e.type in ('organization.directory.user_created', 'organization.directory.user_updated')
        and json_type(e.body, '$.data.active') in ('true', 'false')
    group by 1, 2
)
update resources
set active = p.active, version = version + 1, modified_at = max(modified_at, unixepoch() * 1000000),
    document = json_set(document, '$.active', json(iif(p.active = 1, 'true', 'false')))
from published p
where resources.directory_id = p.directory_id and resources.id = p.user_id
    and resources.type = 'User' and resources.active is null;

update resources
set active = 1, version = version + 1, modified_at = max(modified_at, unixepoch() * 1000000),
    document = json_set(document, '$.active', json('true'))
where type = 'User' and active is null;

-- Names are compared without the blanks around them. Of two that are one by now, the second keeps its key.
update or ignore resources set unique_key = trim(unique_key, char(32, 9, 10, 13))
where type in ('User', 'Group') and unique_key <> trim(unique_key, char(32, 9, 10, 13));

update resources set display_key = trim(display_key, char(32, 9, 10, 13))
where type in ('User', 'Group') and display_key <> trim(display_key, char(32, 9, 10, 13));

-- What a directory does with members of a group that it does not know, and what it answers to a PATCH.
alter table directories add column unknown_members text not null default 'refuse'
    check (unknown_members in ('refuse', 'ignore'));
alter table directories add column patch_status integer not null default 200
    check (patch_status in (200, 204));
