// Directories: create, list, change, enable and disable, delete.
#include "service/management/directories.hpp"

#include "api/management/dialect.hpp"
#include "api/management/directory_schemas.hpp"
#include "api/management/management_request.hpp"
#include "api/management/role_json.hpp"
#include "api/management/secret_json.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "service/management/organizations.hpp"
#include "store/directories.hpp"
#include "store/directory_pages.hpp"

#include <optional>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace directories = service::directories;
namespace organizations = service::organizations;

// The status that was set; else it follows from the secrets: none yet, none used yet, in use.
std::string status_of(store::transaction& tx, directory_id which, const secret_list& secrets) {
    if (auto set = store::directories::status_of(tx, which); !set.empty())
        return set;
    if (secrets.listed.empty())
        return "DRAFT";
    return secrets.last_used ? "COMPLETED" : "IN_PROGRESS";
}

json::object directory_stats_of(
        store::transaction& tx, directory_id which, std::int64_t users, std::int64_t groups) {
    json::object stats{{"total_users", users}, {"total_groups", groups}};
    if (const auto last = users > 0 ? store::directories::last_modified(tx, which, "User") : std::nullopt)
        stats["user_updated_at"] = format_rfc3339(*last);
    if (const auto last = store::directories::last_modified(tx, which, "Group"))
        stats["group_updated_at"] = format_rfc3339(*last);
    return stats;
}

json::object to_json(const server_context& server, store::transaction& tx, const tenants::directory& from) {
    const auto users = store::directory_pages::count_users(tx, from.id, {});
    const auto groups = store::directory_pages::count_groups(tx, from.id, {});
    auto secrets = secrets_of(server, tx, from.id);
    json::object body{{"id", from.id.text()}, {"name", from.name}, {"directory_type", "SCIM"},
            {"organization_id", from.organization.text()}, {"enabled", from.is_enabled},
            {"directory_provider", from.provider}, {"status", status_of(tx, from.id, secrets)},
            {"mappings", json::array()}, {"domain_policy", directories::to_text(from.policy)},
            {"domain_gate_scope", directories::to_text(from.gate_scope)},
            {"schemas", schemas_of(from.schemas)},
            {"directory_endpoint", server.public_url + "/directory/" + from.id.text() + "/scim/v2"},
            {"email", ""}, {"groups_tracked", "ALL"}, {"total_users", users}, {"total_groups", groups},
            {"stats", directory_stats_of(tx, from.id, users, groups)}};
    body["role_assignments"] = role_assignments_json(tx, from.id);
    body["attribute_mappings"] = attribute_mappings_json(tx, from.id);
    if (secrets.last_used)
        body["last_synced_at"] = last_use_json(from.created, secrets.last_used);
    append_dialect(body, from);
    body["secrets"] = std::move(secrets.listed);
    return body;
}

http::response directory_response(
        const server_context& server, store::transaction& tx, int status, const tenants::directory& from) {
    return manage_response(status, {{"directory", to_json(server, tx, from)}});
}

result<http::response> set_enabled(const management_request& request, bool is_enabled) {
    auto found = read_directory(request);
    if (!found)
        return found.error();
    service::directories::set_enabled(request.tx, request.source(), *found, is_enabled);
    return manage_response(200, {{"enabled", is_enabled}});
}

// Sets them when the request names them.
void set_schemas(
        store::transaction& tx, tenants::directory& of, const std::optional<scim::schema_choice>& schemas) {
    if (!schemas)
        return;
    tenants::set_directory_schemas(tx, of.organization, of.id, *schemas);
    of.schemas = *schemas;
}

// Empty: the body does not name it. The description has no other values.
std::optional<tenants::domain_gate_scope> read_gate_scope(const std::optional<std::string>& text) {
    return text ? directories::parse_gate_scope(*text) : std::nullopt;
}

// An unspecified provider is a custom one, as with Scalekit; it has no name here.
std::optional<std::string> read_provider(const std::optional<std::string>& text) {
    return text == "DIRECTORY_PROVIDER_UNSPECIFIED" ? std::string() : text;
}

result<organizations::new_directory> read_new_directory(const create_directory_body& body) {
    const auto policy = directories::parse_policy(body.domain_policy.value_or("reject"));
    if (!policy)
        return policy.error();
    return organizations::new_directory{.name = body.name.value_or(""),
            .provider = read_provider(body.directory_provider).value_or(""),
            .policy = *policy,
            .gate_scope =
                    read_gate_scope(body.domain_gate_scope).value_or(tenants::domain_gate_scope::primary)};
}

result<service::directories::change> read_directory_change(const update_directory_body& body) {
    service::directories::change wanted;
    wanted.name = body.name;
    wanted.status = body.status;
    wanted.provider = read_provider(body.directory_provider);
    if (body.domain_policy) {
        const auto policy = directories::parse_policy(*body.domain_policy);
        if (!policy)
            return policy.error();
        wanted.policy = *policy;
    }
    wanted.gate_scope = read_gate_scope(body.domain_gate_scope);
    wanted.is_enabled = body.enabled;
    return wanted;
}

}  // namespace

result<http::response> create_directory(management_request& request, const create_directory_body& body) {
    const auto owner = read_organization(request);
    if (!owner)
        return owner.error();
    const auto wanted = read_new_directory(body);
    if (!wanted)
        return wanted.error();
    const auto schemas = read_schema_choice(body.schemas, request.server.schemas);
    if (!schemas)
        return schemas.error();
    auto made = organizations::create_directory(request.tx, request.source(), *owner, *wanted);
    if (!made)
        return made.error();
    set_schemas(request.tx, *made, *schemas);
    if (auto set = set_dialect(request.tx, *made, dialect_in(body)); !set)
        return set.error();
    return directory_response(request.server, request.tx, 201, *made);
}

result<http::response> list_directories(management_request& request) {
    const auto owner = read_organization(request);
    if (!owner)
        return owner.error();
    json::array listed;
    for (const auto& directory : tenants::list_directories(request.tx, *owner))
        listed.push_back(to_json(request.server, request.tx, directory));
    return manage_response(200, {{"directories", std::move(listed)}});
}

result<http::response> get_directory(management_request& request) {
    const auto found = read_directory(request);
    if (!found)
        return found.error();
    return directory_response(request.server, request.tx, 200, *found);
}

result<http::response> update_directory(management_request& request, const update_directory_body& body) {
    auto found = read_directory(request);
    if (!found)
        return found.error();
    const auto wanted = read_directory_change(body);
    if (!wanted)
        return wanted.error();
    const auto schemas = read_schema_choice(body.schemas, request.server.schemas);
    if (!schemas)
        return schemas.error();
    if (auto set = set_dialect(request.tx, *found, dialect_in(body)); !set)
        return set.error();
    if (auto done = service::directories::update(request.tx, request.source(), *found, *wanted); !done)
        return done.error();
    set_schemas(request.tx, *found, *schemas);
    return directory_response(request.server, request.tx, 200, *found);
}

result<http::response> delete_directory(management_request& request) {
    const auto found = read_directory(request);
    if (!found)
        return found.error();
    if (auto begun = service::directories::begin_removal(request.tx, request.source(), *found); !begun)
        return begun.error();
    service::directories::remove_if_small(request.tx, request.server.schemas, found->id);
    return manage_response(200, {});
}

result<http::response> enable_directory(management_request& request) {
    return set_enabled(request, true);
}

result<http::response> disable_directory(management_request& request) {
    return set_enabled(request, false);
}

}  // namespace scimd::api
