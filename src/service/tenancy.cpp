#include "service/tenancy.hpp"

#include "base/text.hpp"
#include "service/tokens.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace scimd::service::tenancy {
namespace {

namespace tenants = store::tenants;
namespace credentials = store::credentials;

constexpr std::array<std::string_view, 7> providers = {
    "OKTA", "GOOGLE", "MICROSOFT_AD", "AUTH0", "ONELOGIN", "JUMPCLOUD", "PING_IDENTITY"
};

constexpr std::string_view demo_external_id = "example-corp";

error no_organization()
{
    return {errc::not_found, "The organization was not found."};
}

bool is_alive(const credentials::secret_row& one, time_point now)
{
    return !one.revoked && (!one.expires || *one.expires > now);
}

result<tenants::organization> demo_organization(store::transaction& tx)
{
    if (auto found = tenants::find_organization_by_external_id(tx, demo_external_id))
        return std::move(*found);
    auto made = create_organization(tx, "Example Corp", std::string(demo_external_id));
    if (!made)
        return made.error();
    if (auto domain = create_domain(tx, made->id, {"example.com", false}); !domain)
        return domain.error();
    return made;
}

}  // namespace

result<tenants::organization> create_organization(
    store::transaction& tx, std::string_view display_name, const std::optional<std::string>& external_id
)
{
    const auto name = trim(display_name);
    if (name.empty() || name.size() > display_name_bytes_max || !is_storable(name))
        return error{errc::invalid_value, "display_name must have 1 to 200 bytes of text."};
    if (external_id && (external_id->empty() || external_id->size() > external_id_bytes_max))
        return error{errc::invalid_value, "external_id must have 1 to 255 bytes."};
    auto made = tenants::insert_organization(tx, name, external_id);
    if (!made)
        return error{errc::conflict, "An organization with this external_id already exists."};
    return std::move(*made);
}

result<tenants::domain> create_domain(store::transaction& tx, organization_id owner, const new_domain& what)
{
    if (!tenants::find_organization(tx, owner))
        return no_organization();
    const auto name = domain_name::parse(what.name);
    if (!name)
        return name.error();
    auto made =
        tenants::insert_domain(tx, owner, *name, tenants::domain_status::verified, what.covers_subdomains);
    if (!made)
        return error{errc::conflict, "The domain " + name->text() + " already exists."};
    return std::move(*made);
}

result<tenants::directory> create_directory(
    store::transaction& tx, organization_id owner, const new_directory& what
)
{
    if (!tenants::find_organization(tx, owner))
        return no_organization();
    if (what.name.size() > display_name_bytes_max || !is_storable(what.name))
        return error{errc::invalid_value, "name must have at most 200 bytes of text."};
    if (auto checked = check_provider(what.provider); !checked)
        return checked.error();
    return tenants::insert_directory(tx, owner, what.name, what.provider, what.policy);
}

result<new_secret> create_secret(
    store::transaction& tx, random_source& random, directory_id directory, std::optional<time_point> expires
)
{
    if (expires && *expires <= tx.now())
        return error{errc::invalid_value, "expire_time must lie in the future."};
    const auto existing = credentials::list_secrets(tx, directory);
    const auto alive =
        std::ranges::count_if(existing, [&](const auto& one) { return is_alive(one, tx.now()); });
    if (static_cast<std::size_t>(alive) >= secrets_max)
        return error{errc::conflict, "The directory has 20 secrets already; revoke one first."};
    auto token = mint_token(random);
    auto row = credentials::insert_secret(tx, directory, token.digest, token.suffix, expires);
    return new_secret{std::move(token.text), std::move(row)};
}

result<tenants::domain_policy> parse_policy(std::string_view text)
{
    if (text == "reject")
        return tenants::domain_policy::reject;
    if (text == "off")
        return tenants::domain_policy::off;
    return error{errc::invalid_value, "domain_policy must be reject or off."};
}

std::string_view to_text(tenants::domain_policy policy)
{
    return policy == tenants::domain_policy::off ? "off" : "reject";
}

result<tenants::scim_mode> parse_mode(std::string_view text)
{
    if (text == "compat")
        return tenants::scim_mode::compat;
    if (text == "strict")
        return tenants::scim_mode::strict;
    return error{errc::invalid_value, "scim_mode must be compat or strict."};
}

std::string_view to_text(tenants::scim_mode mode)
{
    return mode == tenants::scim_mode::strict ? "strict" : "compat";
}

result<void> check_provider(std::string_view provider)
{
    if (provider.empty() || std::ranges::find(providers, provider) != providers.end())
        return {};
    return error{
        errc::invalid_value,
        "directory_provider must be one of OKTA, GOOGLE, MICROSOFT_AD, AUTH0, ONELOGIN, JUMPCLOUD,"
        " PING_IDENTITY, or be left out."
    };
}

result<demo_access> prepare_demo(
    store::transaction& tx, random_source& random, std::optional<tenants::domain_policy> policy
)
{
    const auto organization = demo_organization(tx);
    if (!organization)
        return organization.error();
    auto directories = tenants::list_directories(tx, organization->id);
    if (directories.empty()) {
        directories.push_back(tenants::insert_directory(
            tx, organization->id, "Demo directory", "", tenants::domain_policy::reject
        ));
    }
    const auto directory = directories.front().id;
    if (policy)
        tenants::set_domain_policy(tx, organization->id, directory, *policy);
    // Each call adds a secret: the oldest make room, so that a demo can be started any number of times.
    auto secrets = credentials::list_secrets(tx, directory);
    std::erase_if(secrets, [&](const auto& one) { return !is_alive(one, tx.now()); });
    for (std::size_t i = 0; i + secrets_max <= secrets.size(); ++i)
        credentials::revoke_secret(tx, directory, secrets[i].id);
    auto made = create_secret(tx, random, directory, std::nullopt);
    if (!made)
        return made.error();
    return demo_access{organization->id, directory, std::move(made->plain)};
}

}  // namespace scimd::service::tenancy
