-- What a client's tokens may be granted: names of scopes with spaces between; null: all there are.
alter table clients add column scopes text;

-- A new environment has the two roles that applications look for: that of the person who makes an organization, and that
-- of other people. The second is no default: no user gets it without a choice of the application. An environment that has been
-- used is left as it is.
insert into roles (id, environment_id, organization_id, name, display_name, description, extends, permissions,
        created_at, updated_at)
    select column1, e.id, null, column2, column3, column4, null, '[]', 0, 0
    from (values (1, 'admin', 'Admin', 'May do everything in an organization'),
                 (2, 'member', 'Member', 'May use what an organization has')), environments e
    where not exists (select 1 from roles) and not exists (select 1 from organizations)
        and not exists (select 1 from events);

update environments set default_creator_role = 1 where exists (select 1 from roles where id = 1);

-- Features have an effect from now on. What an organization uses is turned on, whatever its flag says; one that has
-- never been set is on.
update organizations set features = json_set(features, '$.dir_sync', json('true'))
    where json_extract(features, '$.dir_sync') = 0
        and exists (select 1 from directories d where d.organization_id = organizations.id);

update organizations set features = json_set(features, '$.domain_verification', json('true'))
    where json_extract(features, '$.domain_verification') = 0
        and exists (select 1 from domains d where d.organization_id = organizations.id and d.method = 'dns');
