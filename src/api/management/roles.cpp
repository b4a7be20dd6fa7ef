// Roles of the environment and of organizations, and the groups of a directory that give them.
#include "service/management/roles.hpp"

#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "api/management/role_json.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace roles = service::roles;
namespace role_rows = store::roles;
namespace tenants = store::tenants;

// Whose roles a path is about: those of the environment, or of the organization that it names.
result<roles::scope> read_scope(store::transaction& tx, const request_context& request)
{
    if (request.parameter("organization").empty())
        return roles::scope();
    const auto owner = read_organization(tx, request);
    return owner ? result<roles::scope>(*owner) : owner.error();
}

// What is the default for the members of that scope: its own, else the environment's.
role_rows::defaults defaults_in_sight(store::transaction& tx, const roles::scope& of)
{
    auto defaults = role_rows::find_defaults(tx, std::nullopt);
    if (of)
        if (const auto own = role_rows::find_defaults(tx, of).member)
            defaults.member = own;
    return defaults;
}

json::object to_json(store::transaction& tx, const roles::role& from, const role_rows::defaults& defaults)
{
    json::object body{
        {"id", from.id.text()},
        {"name", from.name},
        {"display_name", from.display_name},
        {"description", from.description},
        {"default_creator", defaults.creator == from.id},
        {"default_member", defaults.member == from.id},
        {"permissions", parse_json(from.permissions).value()},
        {"dependent_roles_count", role_rows::count_dependents(tx, from)},
        {"is_org_role", from.owner.has_value()}
    };
    if (from.extends)
        body["extends"] = *from.extends;
    return body;
}

reply role_response(store::transaction& tx, int status, const roles::scope& of, const roles::role& from)
{
    return manage_response(status, {{"role", to_json(tx, from, defaults_in_sight(tx, of))}});
}

error no_role()
{
    return {errc::not_found, "The role was not found."};
}

result<std::optional<std::vector<std::string>>> read_names(const json::object& body, std::string_view name)
{
    const auto* value = find(body, name);
    if (!value || value->is_null())
        return std::optional<std::vector<std::string>>();
    if (!value->is_array())
        return error{errc::invalid_value, std::string(name) + " must be a list of strings."};
    std::vector<std::string> names;
    for (const auto& one : value->get_array()) {
        if (!one.is_string())
            return error{errc::invalid_value, std::string(name) + " must be a list of strings."};
        names.emplace_back(one.get_string());
    }
    return std::optional(std::move(names));
}

result<roles::change> read_role_change(const json::object& body)
{
    roles::change what;
    for (const auto& [name, into] :
         {std::pair("display_name", &roles::change::display_name),
          std::pair("description", &roles::change::description),
          std::pair("extends", &roles::change::extends)}) {
        auto text = optional_text(body, name);
        if (!text)
            return text.error();
        what.*into = std::move(*text);
    }
    auto permissions = read_names(body, "permissions");
    if (!permissions)
        return permissions.error();
    what.permissions = std::move(*permissions);
    return what;
}

// A work on the role of the path. Only a role of the scope itself can be changed.
using role_verb = std::function<reply(store::transaction&, const roles::scope&, const roles::role&)>;
reply run_on_role(store::transaction& tx, const request_context& request, bool is_read, const role_verb& run)
{
    const auto of = read_scope(tx, request);
    if (!of)
        return manage_error(of.error());
    const auto& name = request.parameter("role_name");
    const auto found = is_read ? roles::find_visible(tx, *of, name) : role_rows::find(tx, *of, name);
    return found ? run(tx, *of, *found) : manage_error(no_role());
}

// A caller of one organization may have a role of its own as the default; without one, its users would get
// the environment's.
result<void> check_default(
    store::transaction& tx,
    const request_context& request,
    const roles::scope& of,
    const std::optional<std::string>& name
)
{
    if (request.api_client.is_of_environment() || !name)
        return {};
    const auto found = roles::find_visible(tx, of, *name);
    const bool is_own = found && found->owner;
    if (name->empty() || (found && !is_own))
        return roles::environment_role_refusal("default_member_role");
    return {};
}

// Where a caller of one organization removes a role, none of the environment takes its place.
result<void> check_removal(
    store::transaction& tx,
    const request_context& request,
    const roles::role& which,
    const std::optional<roles::role>& next
)
{
    if (request.api_client.is_of_environment())
        return {};
    const bool is_followed = next && next->owner;
    if (next ? is_followed : !role_rows::is_default(tx, which.id))
        return {};
    return roles::environment_role_refusal("reassign_role_name");
}

// A body that is as described.
std::vector<roles::wanted_assignment> read_assignments(const json::object& body)
{
    std::vector<roles::wanted_assignment> wanted;
    for (const auto& one : body.at("assignments").as_array()) {
        const auto& assignment = one.as_object();
        const auto* id = find_string(assignment, "role_id");
        wanted.push_back(
            {std::string(assignment.at("group_id").as_string()),
             std::string(assignment.at("role_name").as_string()),
             id ? std::string(*id) : std::string()}
        );
    }
    return wanted;
}

}  // namespace

json::object role_assignments_json(store::transaction& tx, directory_id of)
{
    json::array listed;
    for (const auto& one : role_rows::assignments(tx, of))
        listed.push_back(json::object{
            {"group_id", group_id_text(one.group)}, {"role_name", one.role_name}, {"role_id", one.role.text()}
        });
    return {{"assignments", std::move(listed)}};
}

reply create_role(const server_context& server, request_context& request)
{
    return with_manage_body(
        server,
        [&server, &request](store::transaction& tx, const json::object& body) -> reply {
            const auto of = read_scope(tx, request);
            if (!of)
                return manage_error(of.error());
            const auto name = required_text(body, "name");
            if (!name)
                return manage_error(name.error());
            const auto what = read_role_change(body);
            if (!what)
                return manage_error(what.error());
            const auto made = roles::create(tx, event_source_of(server, request), *of, *name, *what);
            return made ? role_response(tx, 201, *of, *made) : manage_error(made.error());
        }
    );
}

reply list_roles(const server_context&, request_context& request)
{
    return transaction_step{store::intent::scan, [&request](store::transaction& tx) -> reply {
                                const auto of = read_scope(tx, request);
                                if (!of)
                                    return manage_error(of.error());
                                const auto defaults = defaults_in_sight(tx, *of);
                                json::array listed;
                                for (const auto& one : role_rows::list(tx, std::nullopt))
                                    if (!*of || !role_rows::find(tx, *of, one.name))
                                        listed.push_back(to_json(tx, one, defaults));
                                if (*of)
                                    for (const auto& one : role_rows::list(tx, *of))
                                        listed.push_back(to_json(tx, one, defaults));
                                return manage_response(200, {{"roles", std::move(listed)}});
                            }};
}

reply get_role(const server_context&, request_context& request)
{
    return transaction_step{
        store::intent::read,
        [&request](store::transaction& tx) -> reply {
            return run_on_role(tx, request, true, [](auto& in, const auto& of, const auto& found) {
                return role_response(in, 200, of, found);
            });
        }
    };
}

reply update_role(const server_context& server, request_context& request)
{
    return with_manage_body(
        server,
        [&server, &request](store::transaction& tx, const json::object& body) -> reply {
            return run_on_role(tx, request, false, [&](auto& in, const auto& of, const auto& found) -> reply {
                const auto name = optional_text(body, "name");
                if (!name || name->value_or(found.name) != found.name)
                    return manage_error({errc::conflict, "name cannot be changed."});
                const auto what = read_role_change(body);
                if (!what)
                    return manage_error(what.error());
                const auto changed = roles::update(in, event_source_of(server, request), found, *what);
                return changed ? role_response(in, 200, of, *changed) : manage_error(changed.error());
            });
        }
    );
}

reply delete_role(const server_context& server, request_context& request)
{
    return transaction_step{
        store::intent::write,
        [&server, &request](store::transaction& tx) -> reply {
            return run_on_role(tx, request, false, [&](auto& in, const auto& of, const auto& found) -> reply {
                const std::string successor(query_parameter(request, "reassign_role_name").value_or(""));
                const auto next = roles::find_visible(in, of, successor);
                if (auto allowed = check_removal(in, request, found, next); !allowed)
                    return manage_error(allowed.error());
                const auto removed = roles::remove(in, event_source_of(server, request), found, successor);
                return removed ? manage_response(200, {}) : manage_error(removed.error());
            });
        }
    };
}

reply set_default_roles(const server_context& server, request_context& request)
{
    return with_manage_body(
        server,
        [&server, &request](store::transaction& tx, const json::object& body) -> reply {
            const auto of = read_scope(tx, request);
            if (!of)
                return manage_error(of.error());
            const auto creator = optional_text(body, "default_creator_role");
            const auto member = optional_text(body, "default_member_role");
            if (!creator || !member)
                return manage_error(creator ? member.error() : creator.error());
            if (auto allowed = check_default(tx, request, *of, *member); !allowed)
                return manage_error(allowed.error());
            const auto from = event_source_of(server, request);
            if (auto set = roles::set_defaults(tx, from, *of, {*creator, *member}); !set)
                return manage_error(set.error());
            const auto defaults = defaults_in_sight(tx, *of);
            json::object answer;
            if (!*of && defaults.creator)
                answer["default_creator"] =
                    to_json(tx, role_rows::find(tx, *defaults.creator).value(), defaults);
            if (defaults.member)
                answer["default_member"] =
                    to_json(tx, role_rows::find(tx, *defaults.member).value(), defaults);
            return manage_response(200, answer);
        }
    );
}

reply assign_roles(const server_context& server, request_context& request)
{
    return with_directory_body(
        server,
        request,
        [&server,
         &request](store::transaction& tx, const tenants::directory& of, const json::object& body) -> reply {
            const auto where = service::caller_for(event_source_of(server, request), of, server.schemas);
            if (auto done =
                    roles::assign(tx, where, read_assignments(body), request.api_client.is_of_environment());
                !done)
                return manage_error(done.error());
            return manage_response(200, {{"role_assignments", role_assignments_json(tx, of.id)}});
        }
    );
}

}  // namespace scimd::api
