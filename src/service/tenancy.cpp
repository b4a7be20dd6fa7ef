#include "service/tenancy.hpp"

#include "base/text.hpp"
#include "service/directories.hpp"
#include "service/secrets.hpp"

#include <utility>

namespace scimd::service::tenancy {
namespace {

namespace tenants = store::tenants;

constexpr std::string_view demo_external_id = "example-corp";

error no_organization()
{
    return {errc::not_found, "The organization was not found."};
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
    store::transaction& tx, const origin& from, organization_id owner, const new_directory& what
)
{
    if (!tenants::find_organization(tx, owner))
        return no_organization();
    if (what.name.size() > display_name_bytes_max || !is_storable(what.name))
        return error{errc::invalid_value, "name must have at most 200 bytes of text."};
    if (auto known = directories::check_provider(what.provider); !known)
        return known.error();
    auto made = tenants::insert_directory(tx, owner, what.name, what.provider, what.policy);
    directories::publish_created(tx, from, made);
    return made;
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

result<demo_access> prepare_demo(
    store::transaction& tx,
    const origin& from,
    random_source& random,
    std::optional<tenants::domain_policy> policy
)
{
    const auto organization = demo_organization(tx);
    if (!organization)
        return organization.error();
    auto existing = tenants::list_directories(tx, organization->id);
    if (existing.empty()) {
        auto made = create_directory(tx, from, organization->id, {.name = "Demo directory", .provider = ""});
        if (!made)
            return made.error();
        existing.push_back(std::move(*made));
    }
    const auto& directory = existing.front();
    if (policy)
        tenants::set_domain_policy(tx, organization->id, directory.id, *policy);
    secrets::make_room(tx, from, directory);  // so that a demo can be started any number of times
    auto made = secrets::create(tx, from, random, directory, std::nullopt);
    if (!made)
        return made.error();
    return demo_access{organization->id, directory.id, std::move(made->plain)};
}

}  // namespace scimd::service::tenancy
