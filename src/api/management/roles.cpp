// Roles of the environment and of organizations, and the groups of a directory that give them.
#include "service/management/roles.hpp"

#include "api/management/management_request.hpp"
#include "api/management/role_json.hpp"
#include "management_operations.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace roles = service::roles;
namespace role_rows = store::roles;

// The owner of the roles of the path: the environment, or the organization that it names.
result<roles::scope> read_scope(const management_request& request) {
    if (request.parameter("organization").empty())
        return roles::scope();
    const auto owner = read_organization(request);
    return owner ? result<roles::scope>(*owner) : owner.error();
}

// The default roles of the members of that scope: its own, else those of the environment.
role_rows::defaults defaults_in_sight(store::transaction& tx, const roles::scope& of) {
    auto defaults = role_rows::find_defaults(tx, std::nullopt);
    if (of)
        if (const auto own = role_rows::find_defaults(tx, of).member)
            defaults.member = own;
    return defaults;
}

json::object to_json(store::transaction& tx, const roles::role& from, const role_rows::defaults& defaults) {
    json::object body{{"id", from.id.text()}, {"name", from.name}, {"display_name", from.display_name},
            {"description", from.description}, {"default_creator", defaults.creator == from.id},
            {"default_member", defaults.member == from.id},
            {"permissions", parse_json(from.permissions).value()},
            {"dependent_roles_count", role_rows::count_dependents(tx, from)},
            {"is_org_role", from.owner.has_value()}};
    if (from.extends)
        body["extends"] = *from.extends;
    return body;
}

http::response role_response(
        store::transaction& tx, int status, const roles::scope& of, const roles::role& from) {
    return manage_response(status, {{"role", to_json(tx, from, defaults_in_sight(tx, of))}});
}

error no_role() {
    return {errc::not_found, "The role was not found."};
}

template <class Body>
roles::change read_role(const Body& body) {
    roles::change wanted;
    wanted.display_name = body.display_name;
    wanted.description = body.description;
    wanted.extends = body.extends;
    wanted.permissions = body.permissions;
    return wanted;
}

// The role of the path in its own scope: no other can be changed.
result<roles::role> read_own_role(const management_request& request) {
    const auto of = read_scope(request);
    if (!of)
        return of.error();
    auto found = role_rows::find(request.tx, *of, request.parameter("role_name"));
    if (!found)
        return no_role();
    return std::move(*found);
}

// A caller of one organization may have a role of its own as the default; without one, its users would get
// that of the environment.
result<void> check_default(
        const management_request& request, const roles::scope& of, const std::optional<std::string>& name) {
    if (request.is_of_environment() || !name)
        return {};
    const auto found = roles::find_visible(request.tx, of, *name);
    const bool is_own = found && found->owner;
    if (name->empty() || (found && !is_own))
        return roles::environment_role_refusal("default_member_role");
    return {};
}

// When a caller of one organization removes a role, no role of the environment may take its place.
result<void> check_removal(
        const management_request& request, const roles::role& which, const std::optional<roles::role>& next) {
    if (request.is_of_environment())
        return {};
    const bool is_followed = next && next->owner;
    if (next ? is_followed : !role_rows::is_default(request.tx, which.id))
        return {};
    return roles::environment_role_refusal("reassign_role_name");
}

}  // namespace

json::object role_assignments_json(store::transaction& tx, directory_id of) {
    json::array listed;
    for (const auto& one : role_rows::assignments(tx, of))
        listed.push_back(json::object{{"group_id", group_id_text(one.group)}, {"role_name", one.role_name},
                {"role_id", one.role.text()}});
    return {{"assignments", std::move(listed)}};
}

result<http::response> create_role(management_request& request, const create_role_body& body) {
    const auto of = read_scope(request);
    if (!of)
        return of.error();
    if (body.name.empty())
        return invalid_value("name is required.");
    const auto made = roles::create(request.tx, request.source(), *of, body.name, read_role(body));
    if (!made)
        return made.error();
    return role_response(request.tx, 201, *of, *made);
}

result<http::response> list_roles(management_request& request) {
    const auto of = read_scope(request);
    if (!of)
        return of.error();
    auto& tx = request.tx;
    const auto defaults = defaults_in_sight(tx, *of);
    json::array listed;
    for (const auto& one : role_rows::list(tx, std::nullopt))
        if (!*of || !role_rows::find(tx, *of, one.name))
            listed.push_back(to_json(tx, one, defaults));
    if (*of)
        for (const auto& one : role_rows::list(tx, *of))
            listed.push_back(to_json(tx, one, defaults));
    return manage_response(200, {{"roles", std::move(listed)}});
}

result<http::response> get_role(management_request& request) {
    const auto of = read_scope(request);
    if (!of)
        return of.error();
    const auto found = roles::find_visible(request.tx, *of, request.parameter("role_name"));
    if (!found)
        return no_role();
    return role_response(request.tx, 200, *of, *found);
}

result<http::response> update_role(management_request& request, const update_role_body& body) {
    const auto found = read_own_role(request);
    if (!found)
        return found.error();
    if (body.name.value_or(found->name) != found->name)
        return error{errc::conflict, "name cannot be changed."};
    const auto changed = roles::update(request.tx, request.source(), *found, read_role(body));
    if (!changed)
        return changed.error();
    return role_response(request.tx, 200, found->owner, *changed);
}

result<http::response> delete_role(management_request& request) {
    const auto found = read_own_role(request);
    if (!found)
        return found.error();
    const std::string successor(query_parameter(request.context, "reassign_role_name").value_or(""));
    const auto next = roles::find_visible(request.tx, found->owner, successor);
    if (auto allowed = check_removal(request, *found, next); !allowed)
        return allowed.error();
    if (auto removed = roles::remove(request.tx, request.source(), *found, successor); !removed)
        return removed.error();
    return manage_response(200, {});
}

result<http::response> set_default_roles(management_request& request, const set_default_roles_body& body) {
    const auto of = read_scope(request);
    if (!of)
        return of.error();
    if (auto allowed = check_default(request, *of, body.default_member_role); !allowed)
        return allowed.error();
    auto& tx = request.tx;
    const auto set = roles::set_defaults(
            tx, request.source(), *of, {body.default_creator_role, body.default_member_role});
    if (!set)
        return set.error();
    const auto defaults = defaults_in_sight(tx, *of);
    json::object answer;
    if (!*of && defaults.creator)
        answer["default_creator"] = to_json(tx, role_rows::find(tx, *defaults.creator).value(), defaults);
    if (defaults.member)
        answer["default_member"] = to_json(tx, role_rows::find(tx, *defaults.member).value(), defaults);
    return manage_response(200, answer);
}

result<http::response> assign_roles(management_request& request, const assign_roles_body& body) {
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    std::vector<roles::wanted_assignment> wanted;
    wanted.reserve(body.assignments.size());
    for (const auto& one : body.assignments)
        wanted.push_back({one.group_id, one.role_name, one.role_id.value_or("")});
    const auto caller = service::caller_for(request.source(), *of, request.server.schemas);
    if (auto done = roles::assign(request.tx, caller, wanted, request.is_of_environment()); !done)
        return done.error();
    return manage_response(200, {{"role_assignments", role_assignments_json(request.tx, of->id)}});
}

}  // namespace scimd::api
