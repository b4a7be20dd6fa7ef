// Directories.
#include "service/management/directories.hpp"

#include "api/management/api.hpp"
#include "api/management/dialect.hpp"
#include "api/management/directory_schemas.hpp"
#include "api/management/management_request.hpp"
#include "api/management/role_json.hpp"
#include "api/management/secret_json.hpp"
#include "base/time.hpp"
#include "service/management/organizations.hpp"
#include "store/directories.hpp"
#include "store/directory_pages.hpp"

#include <initializer_list>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace directories = service::directories;
namespace organizations = service::organizations;

// As somebody has set it; else what is seen: no secret yet, nobody has come with one, somebody has.
std::string status_of(store::transaction& tx, directory_id which, const secret_list& secrets)
{
    if (auto set = store::directories::status_of(tx, which); !set.empty())
        return set;
    if (secrets.listed.empty())
        return "DRAFT";
    return secrets.last_used ? "COMPLETED" : "IN_PROGRESS";
}

json::object directory_stats_of(
    store::transaction& tx, directory_id which, std::int64_t users, std::int64_t groups
)
{
    json::object stats{{"total_users", users}, {"total_groups", groups}};
    if (const auto last = users > 0 ? store::directories::last_modified(tx, which, "User") : std::nullopt)
        stats["user_updated_at"] = format_rfc3339(*last);
    if (const auto last = store::directories::last_modified(tx, which, "Group"))
        stats["group_updated_at"] = format_rfc3339(*last);
    return stats;
}

json::object to_json(const server_context& server, store::transaction& tx, const tenants::directory& from)
{
    const auto users = store::directory_pages::count_users(tx, from.id, {});
    const auto groups = store::directory_pages::count_groups(tx, from.id, {});
    auto secrets = secrets_of(server, tx, from.id);
    json::object body{
        {"id", from.id.text()},
        {"name", from.name},
        {"directory_type", "SCIM"},
        {"organization_id", from.organization.text()},
        {"enabled", from.is_enabled},
        {"directory_provider", from.provider},
        {"status", status_of(tx, from.id, secrets)},
        {"mappings", json::array()},
        {"domain_policy", directories::to_text(from.policy)},
        {"domain_gate_scope", directories::to_text(from.gate_scope)},
        {"schemas", schemas_of(from.schemas)},
        {"directory_endpoint", server.public_url + "/directory/" + from.id.text() + "/scim/v2"},
        {"email", ""},
        {"groups_tracked", "ALL"},
        {"total_users", users},
        {"total_groups", groups},
        {"stats", directory_stats_of(tx, from.id, users, groups)}
    };
    body["role_assignments"] = role_assignments_json(tx, from.id);
    body["attribute_mappings"] = attribute_mappings_json(tx, from.id);
    if (secrets.last_used)
        body["last_synced_at"] = last_use_json(from.created, secrets.last_used);
    append_dialect(body, from);
    body["secrets"] = std::move(secrets.listed);
    return body;
}

http::response directory_response(
    const server_context& server, store::transaction& tx, int status, const tenants::directory& from
)
{
    return manage_response(status, {{"directory", to_json(server, tx, from)}});
}

reply set_enabled(const server_context& server, request_context& request, bool is_enabled)
{
    return with_directory(
        request,
        store::intent::write,
        [&server, &request, is_enabled](store::transaction& tx, tenants::directory which) -> reply {
            service::directories::set_enabled(tx, event_source_of(server, request), which, is_enabled);
            return manage_response(200, {{"enabled", is_enabled}});
        }
    );
}

// When the request names them.
void set_schemas(
    store::transaction& tx, tenants::directory& of, const std::optional<scim::schema_choice>& schemas
)
{
    if (!schemas)
        return;
    tenants::set_directory_schemas(tx, of.organization, of.id, *schemas);
    of.schemas = *schemas;
}

// Bodies name the type, which has one value here.
result<void> check_type(const json::object& body)
{
    const auto type = optional_text(body, "directory_type");
    if (!type)
        return type.error();
    if (*type && **type != "SCIM")
        return error{errc::invalid_value, "directory_type must be SCIM."};
    return {};
}

// Empty: the body does not name it. The description has no other values.
std::optional<tenants::domain_gate_scope> read_gate_scope(const json::object& body)
{
    const auto* text = find_string(body, "domain_gate_scope");
    return text ? directories::parse_gate_scope(*text) : std::nullopt;
}

// As with Scalekit, an unspecified provider is a custom one, which has no name here.
result<std::optional<std::string>> read_provider(const json::object& body)
{
    auto provider = optional_text(body, "directory_provider");
    if (provider && *provider == "DIRECTORY_PROVIDER_UNSPECIFIED")
        return std::optional<std::string>("");
    return provider;
}

result<organizations::new_directory> read_new_directory(const json::object& body)
{
    if (auto type = check_type(body); !type)
        return type.error();
    auto name = optional_text(body, "name");
    if (!name)
        return name.error();
    auto provider = read_provider(body);
    if (!provider)
        return provider.error();
    const auto policy_text = optional_text(body, "domain_policy");
    if (!policy_text)
        return policy_text.error();
    const auto policy = directories::parse_policy(policy_text->value_or("reject"));
    if (!policy)
        return policy.error();
    return organizations::new_directory{
        .name = name->value_or(""),
        .provider = provider->value_or(""),
        .policy = *policy,
        .gate_scope = read_gate_scope(body).value_or(tenants::domain_gate_scope::primary)
    };
}

// What this API has in places of its own.
result<void> check_elsewhere(const json::object& body)
{
    const auto is_given = [&](std::string_view name) {
        const auto* value = find(body, name);
        return value && !value->is_null() && !(value->is_array() && value->get_array().empty());
    };
    if (is_given("mappings"))
        return error{errc::invalid_value, "mappings: attributes are mapped by PUT on /attributes."};
    if (is_given("groups"))
        return error{errc::invalid_value, "groups: a SCIM directory takes all groups that it is sent."};
    return {};
}

result<service::directories::change> read_directory_change(const json::object& body)
{
    if (auto type = check_type(body); !type)
        return type.error();
    if (auto good = check_elsewhere(body); !good)
        return good.error();
    service::directories::change wanted;
    using member = std::pair<std::string_view, std::optional<std::string>*>;
    for (const auto& [name, into] : {member("name", &wanted.name), member("status", &wanted.status)}) {
        auto text = optional_text(body, name);
        if (!text)
            return text.error();
        *into = std::move(*text);
    }
    auto provider = read_provider(body);
    if (!provider)
        return provider.error();
    wanted.provider = std::move(*provider);
    const auto policy_text = optional_text(body, "domain_policy");
    if (!policy_text)
        return policy_text.error();
    if (*policy_text) {
        const auto policy = directories::parse_policy(**policy_text);
        if (!policy)
            return policy.error();
        wanted.policy = *policy;
    }
    wanted.gate_scope = read_gate_scope(body);
    if (const auto* enabled = find(body, "enabled"); enabled && !enabled->is_null()) {
        const auto flag = optional_flag(body, "enabled");
        if (!flag)
            return flag.error();
        wanted.is_enabled = *flag;
    }
    return wanted;
}

}  // namespace

reply create_directory(const server_context& server, request_context& request)
{
    return with_organization_body(
        server,
        request,
        [&server,
         &request](store::transaction& tx, organization_id owner, const json::object& body) -> reply {
            const auto wanted = read_new_directory(body);
            if (!wanted)
                return manage_error(wanted.error());
            const auto schemas = read_schema_choice(body, server.schemas);
            if (!schemas)
                return manage_error(schemas.error());
            auto made = organizations::create_directory(tx, event_source_of(server, request), owner, *wanted);
            if (!made)
                return manage_error(made.error());
            set_schemas(tx, *made, *schemas);
            if (auto set = set_dialect(tx, *made, body); !set)
                return manage_error(set.error());
            return directory_response(server, tx, 201, *made);
        }
    );
}

reply list_directories(const server_context& server, request_context& request)
{
    return transaction_step{store::intent::scan, [&server, &request](store::transaction& tx) -> reply {
                                const auto owner = read_organization(tx, request);
                                if (!owner)
                                    return manage_error(owner.error());
                                json::array listed;
                                for (const auto& directory : tenants::list_directories(tx, *owner))
                                    listed.push_back(to_json(server, tx, directory));
                                return manage_response(200, {{"directories", std::move(listed)}});
                            }};
}

reply get_directory(const server_context& server, request_context& request)
{
    return with_directory(
        request,
        store::intent::read,
        [&server](store::transaction& tx, const tenants::directory& found) -> reply {
            return directory_response(server, tx, 200, found);
        }
    );
}

reply update_directory(const server_context& server, request_context& request)
{
    return with_directory_body(
        server,
        request,
        [&server,
         &request](store::transaction& tx, tenants::directory found, const json::object& body) -> reply {
            const auto wanted = read_directory_change(body);
            if (!wanted)
                return manage_error(wanted.error());
            const auto schemas = read_schema_choice(body, server.schemas);
            if (!schemas)
                return manage_error(schemas.error());
            if (auto set = set_dialect(tx, found, body); !set)
                return manage_error(set.error());
            if (auto done =
                    service::directories::update(tx, event_source_of(server, request), found, *wanted);
                !done)
                return manage_error(done.error());
            set_schemas(tx, found, *schemas);
            return directory_response(server, tx, 200, found);
        }
    );
}

reply delete_directory(const server_context& server, request_context& request)
{
    return with_directory(
        request,
        store::intent::write,
        [&server, &request](store::transaction& tx, const tenants::directory& which) -> reply {
            const auto begun =
                service::directories::begin_removal(tx, event_source_of(server, request), which);
            if (!begun)
                return manage_error(begun.error());
            service::directories::remove_if_small(tx, server.schemas, which.id);
            return manage_response(200, {});
        }
    );
}

reply enable_directory(const server_context& server, request_context& request)
{
    return set_enabled(server, request, true);
}

reply disable_directory(const server_context& server, request_context& request)
{
    return set_enabled(server, request, false);
}

}  // namespace scimd::api
