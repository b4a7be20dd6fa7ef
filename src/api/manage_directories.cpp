// Directories and their secrets.
#include "api/directory_schemas.hpp"
#include "api/manage_api.hpp"
#include "api/manage_dialect.hpp"
#include "api/manage_read.hpp"
#include "base/time.hpp"
#include "service/tenancy.hpp"
#include "store/credentials.hpp"
#include "store/events.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace credentials = store::credentials;
namespace tenancy = service::tenancy;

constexpr std::int64_t refusals_max = 1'000;

// What a timestamp that never was looks like in this API.
constexpr std::string_view never = "0001-01-01T00:00:00Z";

json::object to_json(const credentials::secret_row& from, time_point now)
{
    const bool is_active = !from.revoked && (!from.expires || *from.expires > now);
    return {
        {"id", from.id.text()},
        {"create_time", format_rfc3339(from.created)},
        {"secret_suffix", from.suffix},
        {"status", is_active ? "ACTIVE" : "INACTIVE"},
        {"expire_time", from.expires ? format_rfc3339(*from.expires) : std::string(never)},
        {"last_used_time", from.last_used ? format_rfc3339(*from.last_used) : std::string(never)},
        {"directory_id", from.directory.text()}
    };
}

json::object to_json(const store::events::refusal& from)
{
    return {
        {"preferred_username", from.user_name},
        {"domain", from.domain},
        {"reason", from.reason},
        {"detail", from.detail},
        {"count", from.count},
        {"first_refused_at", format_rfc3339(from.first_at)},
        {"last_refused_at", format_rfc3339(from.last_at)}
    };
}

json::array secrets_of(store::transaction& tx, directory_id directory)
{
    json::array listed;
    for (const auto& secret : credentials::list_secrets(tx, directory))
        listed.push_back(to_json(secret, tx.now()));
    return listed;
}

json::object to_json(const house& home, store::transaction& tx, const tenants::directory& from)
{
    const auto users = store::resources::count(tx, from.id, "User");
    const auto groups = store::resources::count(tx, from.id, "Group");
    json::object made{
        {"id", from.id.text()},
        {"name", from.name},
        {"directory_type", "SCIM"},
        {"organization_id", from.organization.text()},
        {"enabled", from.is_enabled},
        {"directory_provider", from.provider},
        {"domain_policy", tenancy::to_text(from.policy)},
        {"schemas", schemas_of(from.schemas)},
        {"directory_endpoint", home.public_url + "/directory/" + from.id.text() + "/scim/v2"},
        {"total_users", users},
        {"total_groups", groups},
        {"stats", {{"total_users", users}, {"total_groups", groups}}},
        {"secrets", secrets_of(tx, from.id)}
    };
    append_dialect(made, from);
    return made;
}

http::response directory_response(
    const house& home, store::transaction& tx, int status, const tenants::directory& from
)
{
    return manage_response(status, {{"directory", to_json(home, tx, from)}});
}

reply set_enabled(call& on, bool is_enabled)
{
    return with_directory(
        on,
        store::intent::write,
        [is_enabled](store::transaction& tx, const tenants::directory& which) -> reply {
            tenants::set_directory_enabled(tx, which.organization, which.id, is_enabled);
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

}  // namespace

reply create_directory(const house& home, call& on)
{
    return with_organization_body(
        home,
        on,
        repeat::same_answer,
        [&home](store::transaction& tx, organization_id owner, const json::object& body) -> reply {
            const auto name = optional_text(body, "name");
            const auto provider = optional_text(body, "directory_provider");
            const auto policy_text = optional_text(body, "domain_policy");
            if (!name || !provider || !policy_text)
                return manage_error(
                    !name       ? name.error()
                    : !provider ? provider.error()
                                : policy_text.error()
                );
            const auto policy = tenancy::parse_policy(policy_text->value_or("reject"));
            if (!policy)
                return manage_error(policy.error());
            const auto schemas = read_schema_choice(body, home.schemas);
            if (!schemas)
                return manage_error(schemas.error());
            auto made =
                tenancy::create_directory(tx, owner, {name->value_or(""), provider->value_or(""), *policy});
            if (!made)
                return manage_error(made.error());
            set_schemas(tx, *made, *schemas);
            if (auto set = set_dialect(tx, *made, body); !set)
                return manage_error(set.error());
            return directory_response(home, tx, 201, *made);
        }
    );
}

reply list_directories(const house& home, call& on)
{
    return work{store::intent::scan, [&home, &on](store::transaction& tx) -> reply {
                    const auto owner = read_organization(tx, on);
                    if (!owner)
                        return manage_error(owner.error());
                    json::array listed;
                    for (const auto& directory : tenants::list_directories(tx, *owner))
                        listed.push_back(to_json(home, tx, directory));
                    return manage_response(200, {{"directories", std::move(listed)}});
                }};
}

reply get_directory(const house& home, call& on)
{
    return with_directory(
        on,
        store::intent::read,
        [&home](store::transaction& tx, const tenants::directory& found) -> reply {
            return directory_response(home, tx, 200, found);
        }
    );
}

reply update_directory(const house& home, call& on)
{
    return with_directory_body(
        home,
        on,
        repeat::same_answer,
        [&home](store::transaction& tx, tenants::directory found, const json::object& body) -> reply {
            if (auto set = set_dialect(tx, found, body); !set)
                return manage_error(set.error());
            const auto schemas = read_schema_choice(body, home.schemas);
            if (!schemas)
                return manage_error(schemas.error());
            const auto text = optional_text(body, "domain_policy");
            if (!text)
                return manage_error(text.error());
            const auto policy =
                *text ? tenancy::parse_policy(**text) : result<tenants::domain_policy>(found.policy);
            if (!policy)
                return manage_error(policy.error());
            if (!*text && !*schemas && !names_dialect(body))
                return manage_error(
                    {errc::invalid_value,
                     "domain_policy, schemas, scim_mode, unique_group_names or directory_provider is "
                     "required."}
                );
            tenants::set_domain_policy(tx, found.organization, found.id, *policy);
            found.policy = *policy;
            set_schemas(tx, found, *schemas);
            return directory_response(home, tx, 200, found);
        }
    );
}

reply enable_directory(const house&, call& on)
{
    return set_enabled(on, true);
}

reply disable_directory(const house&, call& on)
{
    return set_enabled(on, false);
}

reply create_secret(const house& home, call& on)
{
    return with_directory_body(
        home,
        on,
        repeat::conflict,
        [&home](
            store::transaction& tx, const tenants::directory& directory, const json::object& body
        ) -> reply {
            const auto expires = optional_time(body, "expire_time");
            if (!expires)
                return manage_error(expires.error());
            const auto made = tenancy::create_secret(tx, home.random, directory.id, *expires);
            if (!made)
                return manage_error(made.error());
            return manage_response(
                201, {{"plain_secret", made->plain.reveal()}, {"secret", to_json(made->row, tx.now())}}
            );
        }
    );
}

reply list_secrets(const house&, call& on)
{
    return with_directory(
        on,
        store::intent::read,
        [](store::transaction& tx, const tenants::directory& of) -> reply {
            return manage_response(200, {{"secrets", secrets_of(tx, of.id)}});
        }
    );
}

reply get_secret(const house&, call& on)
{
    return with_directory(
        on,
        store::intent::read,
        [&on](store::transaction& tx, const tenants::directory& of) -> reply {
            const auto secrets = credentials::list_secrets(tx, of.id);
            const auto id = secret_id::parse(on.parameter("id"));
            const auto found = std::ranges::find(secrets, id, &credentials::secret_row::id);
            if (found == secrets.end())
                return manage_error({errc::not_found, "The secret was not found."});
            return manage_response(200, {{"secret", to_json(*found, tx.now())}});
        }
    );
}

reply revoke_secret(const house&, call& on)
{
    return with_directory(
        on,
        store::intent::write,
        [&on](store::transaction& tx, const tenants::directory& of) -> reply {
            const auto id = secret_id::parse(on.parameter("id"));
            if (!id || !credentials::revoke_secret(tx, of.id, *id))
                return manage_error({errc::not_found, "The secret was not found, or is revoked already."});
            return manage_response(200, {});
        }
    );
}

reply list_refusals(const house&, call& on)
{
    return with_directory(
        on,
        store::intent::scan,
        [](store::transaction& tx, const tenants::directory& of) -> reply {
            json::array listed;
            store::events::list_refusals(tx, of.id, refusals_max, [&](const store::events::refusal& one) {
                listed.push_back(to_json(one));
                return true;
            });
            return manage_response(200, {{"refusals", std::move(listed)}});
        }
    );
}

}  // namespace scimd::api
