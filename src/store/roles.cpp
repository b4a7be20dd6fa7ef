#include "store/roles.hpp"

#include "base/text.hpp"
#include "store/engine/query.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace scimd::store::roles {

namespace {

constexpr sql::statement insert_role{
        "roles.insert",
        "insert into roles (id, environment_id, organization_id, name, display_name, description, extends,"
        " permissions, created_at, updated_at)"
        " values ($1, (select min(id) from environments), $2, $3, $4, $5, $6, $7, $8, $8)",
};

constexpr sql::statement update_role{
        "roles.update",
        "update roles set display_name = $2, description = $3, extends = $4, permissions = $5, updated_at = "
        "$6"
        " where id = $1",
};

constexpr sql::statement delete_role{"roles.remove", "delete from roles where id = $1"};

constexpr sql::statement find_role{
        "roles.find",
        "select id, organization_id, name, display_name, description, extends, permissions from roles"
        " where environment_id = (select min(id) from environments)"
        " and coalesce(organization_id, 0) = $1 and name = $2",
};

constexpr sql::statement find_role_by_id{
        "roles.find_by_id",
        "select id, organization_id, name, display_name, description, extends, permissions from roles"
        " where id = $1",
};

constexpr sql::statement list_roles{
        "roles.list",
        "select id, organization_id, name, display_name, description, extends, permissions from roles"
        " where environment_id = (select min(id) from environments)"
        " and coalesce(organization_id, 0) = $1 order by id",
};

constexpr sql::statement count_roles{
        "roles.count",
        "select count(*) from roles"
        " where environment_id = (select min(id) from environments) and coalesce(organization_id, 0) = $1",
};

// A role of an organization can be extended only by its own roles, one of the environment by all roles. An
// organization's role hides the environment's role of the same name.
constexpr sql::statement count_extending{
        "roles.count_extending",
        "select count(*) from roles r where r.extends = $1 and ($2 = 0 or r.organization_id = $2)"
        " and ($2 <> 0 or not exists (select 1 from roles o"
        " where o.organization_id = r.organization_id and o.name = $1))",
};

constexpr sql::statement find_environment_defaults{
        "environments.default_roles",
        "select default_creator_role, default_member_role from environments order by id limit 1",
};

constexpr sql::statement find_organization_default{
        "organizations.default_role",
        "select null, default_member_role from organizations where id = $1",
};

constexpr sql::statement update_environment_defaults{
        "environments.set_default_roles",
        "update environments set default_creator_role = $1, default_member_role = $2",
};

constexpr sql::statement update_organization_default{
        "organizations.set_default_role",
        "update organizations set default_member_role = $2 where id = $1",
};

constexpr sql::statement find_default_use{
        "roles.is_default",
        "select 1 from environments where default_creator_role = $1 or default_member_role = $1"
        " union all select 1 from organizations where default_member_role = $1 limit 1",
};

constexpr sql::statement replace_creator{
        "environments.replace_default_creator_role",
        "update environments set default_creator_role = $2 where default_creator_role = $1",
};

constexpr sql::statement replace_member{
        "environments.replace_default_member_role",
        "update environments set default_member_role = $2 where default_member_role = $1",
};

constexpr sql::statement replace_organization_member{
        "organizations.replace_default_role",
        "update organizations set default_member_role = $2 where default_member_role = $1",
};

// A group that has the other role already keeps that assignment.
constexpr sql::statement replace_assigned{
        "role_assignments.replace_role",
        "update or ignore role_assignments set role_id = $2 where role_id = $1",
};

constexpr sql::statement list_assignments{
        "role_assignments.list",
        "select a.group_id, a.role_id, r.name from role_assignments a join roles r on r.id = a.role_id"
        " where a.directory_id = $1 order by a.position",
};

constexpr sql::statement delete_assignments{
        "role_assignments.clear",
        "delete from role_assignments where directory_id = $1",
};

constexpr sql::statement insert_assignment{
        "role_assignments.insert",
        "insert into role_assignments (directory_id, position, group_id, role_id) values ($1, $2, $3, $4)",
};

// Join order for users in few groups: starts at the memberships, because a directory may have a thousand
// assignments.
constexpr std::int64_t leading_memberships_max = 100;
constexpr sql::statement roles_by_membership{
        "roles.by_membership",
        "select r.name from members m"
        " cross join role_assignments a on a.directory_id = m.directory_id and a.group_id = m.group_id"
        " cross join roles r on r.id = a.role_id"
        " where m.directory_id = $1 and m.member_id = $2 order by a.position",
};

// Join order for users in very many groups: starts at the assignments.
constexpr sql::statement roles_by_assignment{
        "roles.by_assignment",
        "select r.name from role_assignments a cross join members m on m.directory_id = a.directory_id and"
        " m.group_id = a.group_id and m.member_id = $2 cross join roles r on r.id = a.role_id where"
        " a.directory_id = $1 order by a.position",
};

constexpr sql::statement role_by_default{
        "roles.by_default",
        "select r.name from directories d cross join organizations o on o.id = d.organization_id"
        " cross join environments e on e.id = o.environment_id"
        " cross join roles r on r.id = coalesce(o.default_member_role, e.default_member_role)"
        " where d.id = $1",
};

// Held users have no roles: only SCIM sees them.
constexpr sql::statement list_users_behind{
        "resources.users_behind",
        "select r.id from resources r where r.directory_id = $1 and r.type = 'User' and r.id > $2"
        " and not exists (select 1 from held_users h where h.directory_id = r.directory_id and h.user_id = "
        "r.id)"
        " order by r.id limit $3",
};

constexpr sql::statement find_published{
        "published_roles.find",
        "select names from published_roles where directory_id = $1 and user_id = $2",
};

constexpr sql::statement upsert_published{
        "published_roles.set",
        "insert into published_roles (directory_id, user_id, names) values ($1, $2, $3)"
        " on conflict (directory_id, user_id) do update set names = excluded.names",
};

constexpr sql::statement delete_published{
        "published_roles.clear",
        "delete from published_roles where directory_id = $1 and user_id = $2",
};

constexpr sql::statement insert_recount{
        "role_recounts.insert",
        "insert into role_recounts (directory_id, after_id, origin) values ($1, 0, $2)"
        " on conflict (directory_id) do update set after_id = 0, origin = excluded.origin",
};

constexpr sql::statement insert_recounts_of_all{
        "role_recounts.insert_all",
        "insert into role_recounts (directory_id, after_id, origin)"
        " select id, 0, $2 from directories where removed_at is null and ($1 = 0 or organization_id = $1)"
        " on conflict (directory_id) do update set after_id = 0, origin = excluded.origin",
};

constexpr sql::statement insert_recounts_by_role{
        "role_recounts.insert_by_role",
        "insert into role_recounts (directory_id, after_id, origin)"
        " select distinct directory_id, 0, $2 from role_assignments where role_id = $1"
        " on conflict (directory_id) do update set after_id = 0, origin = excluded.origin",
};

constexpr sql::statement find_recount{
        "role_recounts.next",
        "select r.directory_id, d.organization_id, r.after_id, r.origin from role_recounts r"
        " join directories d on d.id = r.directory_id where r.directory_id > $1"
        " order by r.directory_id limit 1",
};

constexpr sql::statement update_recount{
        "role_recounts.advance",
        "update role_recounts set after_id = $2 where directory_id = $1",
};

constexpr sql::statement delete_recount{
        "role_recounts.finish",
        "delete from role_recounts where directory_id = $1",
};

std::int64_t key_of(const scope& of) {
    return of ? of->value : 0;
}

role read_role(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .owner = read_optional<organization_id>(current, 1),
            .name = std::string(current.text(2)),
            .display_name = std::string(current.text(3)),
            .description = std::string(current.text(4)),
            .extends = read_optional<std::string>(current, 5),
            .permissions = std::string(current.text(6)),
    };
}

}  // namespace

role insert(transaction& tx, const role& what) {
    role made = what;
    made.id = {tx.next_id()};
    tx.sql().run(
            insert_role, {made.id.value, nullable(made.owner), made.name, made.display_name, made.description,
                                 nullable(made.extends), made.permissions, to_column(tx.now())});
    return made;
}

void update(transaction& tx, const role& what) {
    tx.sql().run(update_role, {what.id.value, what.display_name, what.description, nullable(what.extends),
                                      what.permissions, to_column(tx.now())});
}

void remove(transaction& tx, role_id id) {
    tx.sql().run(delete_role, {id.value});
}

std::optional<role> find(transaction& tx, const scope& of, std::string_view name) {
    return sql::one(tx, find_role, {key_of(of), name}, read_role);
}

std::optional<role> find(transaction& tx, role_id id) {
    return sql::one(tx, find_role_by_id, {id.value}, read_role);
}

std::vector<role> list(transaction& tx, const scope& of) {
    return sql::all(tx, list_roles, {key_of(of)}, read_role);
}

std::int64_t count(transaction& tx, const scope& of) {
    return sql::value(tx, count_roles, {key_of(of)});
}

std::int64_t count_dependents(transaction& tx, const role& extended) {
    return sql::value(tx, count_extending, {extended.name, key_of(extended.owner)});
}

defaults find_defaults(transaction& tx, const scope& of) {
    defaults found;
    const auto read = [&](const sql::row& current) {
        found = {read_optional<role_id>(current, 0), read_optional<role_id>(current, 1)};
    };
    if (of)
        tx.sql().run(find_organization_default, {of->value}, read);
    else
        tx.sql().run(find_environment_defaults, {}, read);
    return found;
}

void set_defaults(transaction& tx, const scope& of, const defaults& to) {
    if (of)
        tx.sql().run(update_organization_default, {of->value, nullable(to.member)});
    else
        tx.sql().run(update_environment_defaults, {nullable(to.creator), nullable(to.member)});
}

bool is_default(transaction& tx, role_id id) {
    return sql::exists(tx, find_default_use, {id.value});
}

void replace(transaction& tx, role_id id, const successors& by) {
    tx.sql().run(replace_creator, {id.value, nullable(by.creator)});
    tx.sql().run(replace_member, {id.value, nullable(by.member)});
    tx.sql().run(replace_organization_member, {id.value, nullable(by.of_organizations)});
    if (by.assigned)
        tx.sql().run(replace_assigned, {id.value, by.assigned->value});
}

std::vector<assignment> assignments(transaction& tx, directory_id directory) {
    return sql::all(tx, list_assignments, {directory.value}, [](const sql::row& current) {
        return assignment{{current.integer(0)}, {current.integer(1)}, std::string(current.text(2))};
    });
}

void replace_assignments(transaction& tx, directory_id directory, const std::vector<assignment>& with) {
    tx.sql().run(delete_assignments, {directory.value});
    std::int64_t position = 0;
    for (const auto& one : with)
        tx.sql().run(insert_assignment, {directory.value, position++, one.group.value, one.role.value});
}

std::vector<std::string> names_of(transaction& tx, directory_id directory, resource_id user) {
    std::vector<std::string> names;
    std::set<std::string, std::less<>> seen;
    const bool is_in_few = resources::count_groups_of(tx, directory, user) <= leading_memberships_max;
    const auto& by = is_in_few ? roles_by_membership : roles_by_assignment;
    tx.sql().run(by, {directory.value, user.value}, [&](const sql::row& current) {
        if (seen.emplace(current.text(0)).second)
            names.emplace_back(current.text(0));
    });
    return names.empty() ? default_names(tx, directory) : names;
}

std::vector<std::string> default_names(transaction& tx, directory_id directory) {
    return sql::all<std::string>(tx, role_by_default, {directory.value});
}

std::vector<std::string> published(transaction& tx, directory_id directory, resource_id user) {
    const auto text = sql::one<std::string>(tx, find_published, {directory.value, user.value});
    if (!text)
        return {};
    const auto names = split(*text, ' ');
    return {names.begin(), names.end()};
}

void set_published(
        transaction& tx, directory_id directory, resource_id user, const std::vector<std::string>& names) {
    if (names.empty()) {
        tx.sql().run(delete_published, {directory.value, user.value});
        return;
    }
    std::string text;  // separated by spaces: names have none
    for (const auto& name : names)
        text.append(text.empty() ? "" : " ").append(name);
    tx.sql().run(upsert_published, {directory.value, user.value, text});
}

void request_recount(transaction& tx, directory_id directory, std::string_view origin) {
    tx.sql().run(insert_recount, {directory.value, origin});
}

void request_recounts(transaction& tx, const scope& of, std::string_view origin) {
    tx.sql().run(insert_recounts_of_all, {key_of(of), origin});
}

void request_recounts_by_role(transaction& tx, role_id id, std::string_view origin) {
    tx.sql().run(insert_recounts_by_role, {id.value, origin});
}

std::optional<recount> next_recount(transaction& tx, directory_id after) {
    return sql::one(tx, find_recount, {after.value}, [](const sql::row& current) {
        return recount{{current.integer(0)}, {current.integer(1)}, {current.integer(2)},
                std::string(current.text(3))};
    });
}

std::vector<resource_id> users_behind(
        transaction& tx, directory_id directory, resource_id after, std::int64_t limit) {
    return sql::all<resource_id>(tx, list_users_behind, {directory.value, after.value, limit});
}

void advance_recount(transaction& tx, directory_id directory, resource_id after) {
    tx.sql().run(update_recount, {directory.value, after.value});
}

void finish_recount(transaction& tx, directory_id directory) {
    tx.sql().run(delete_recount, {directory.value});
}

}  // namespace scimd::store::roles
