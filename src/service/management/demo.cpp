#include "service/management/demo.hpp"

#include "base/text.hpp"
#include "service/auth/secrets.hpp"
#include "service/domains/domains.hpp"
#include "service/management/directories.hpp"
#include "service/management/organizations.hpp"

#include <utility>

namespace scimd::service::tenancy {
namespace {

namespace tenants = store::tenants;
using tenants::domain_policy;

constexpr std::string_view demo_external_id = "example-corp";

error no_organization()
{
    return {errc::not_found, "The organization was not found."};
}

result<tenants::organization> demo_organization(store::transaction& tx, const event_source& from)
{
    if (auto found = tenants::find_organization_by_external_id(tx, demo_external_id))
        return std::move(*found);
    organizations::change wanted;
    wanted.display_name = "Example Corp";
    wanted.external_id = demo_external_id;
    auto made = organizations::create(tx, from, wanted);
    if (!made)
        return made.error();
    tenants::domain domain;
    domain.organization = made->id;
    domain.name = "example.com";
    if (auto added = domains::add(tx, from, std::move(domain)); !added)
        return added.error();
    return made;
}

}  // namespace

result<tenants::directory> create_directory(
    store::transaction& tx, const event_source& from, organization_id owner, const new_directory& what
)
{
    const auto organization = tenants::find_organization(tx, owner);
    if (!organization)
        return no_organization();
    if (!organizations::has_feature(*organization, "dir_sync"))
        return error{
            errc::forbidden,
            "The feature dir_sync is turned off for this organization: it has no new directories."
        };
    if (what.name.size() > display_name_bytes_max || !is_storable(what.name))
        return error{errc::invalid_value, "name must have at most 200 bytes of text."};
    if (auto known = directories::check_provider(what.provider); !known)
        return known.error();
    if (tenants::count_directories(tx, owner) >= directories_max)
        return error{errc::conflict, "The organization has 1000 directories already; delete one first."};
    auto made = tenants::insert_directory(tx, owner, what.name, what.provider, what.policy);
    if (what.gate_scope != made.gate_scope) {
        tenants::set_domain_gate_scope(tx, owner, made.id, what.gate_scope);
        made.gate_scope = what.gate_scope;
    }
    directories::publish_created(tx, from, made);
    return made;
}

result<tenants::domain_policy> parse_policy(std::string_view text)
{
    for (const auto policy : {domain_policy::reject, domain_policy::hold, domain_policy::off})
        if (to_text(policy) == text)
            return policy;
    return error{errc::invalid_value, "domain_policy must be reject, hold or off."};
}

std::string_view to_text(domain_policy policy)
{
    switch (policy) {
        case domain_policy::off:
            return "off";
        case domain_policy::reject:
            return "reject";
        case domain_policy::hold:
            return "hold";
    }
    return {};
}

std::optional<tenants::domain_gate_scope> parse_gate_scope(std::string_view text)
{
    if (text == "primary")
        return tenants::domain_gate_scope::primary;
    if (text == "all")
        return tenants::domain_gate_scope::all;
    return std::nullopt;
}

std::string_view to_text(tenants::domain_gate_scope scope)
{
    return scope == tenants::domain_gate_scope::all ? "all" : "primary";
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

std::optional<tenants::unknown_members> parse_unknown_members(std::string_view text)
{
    if (text == "refuse")
        return tenants::unknown_members::refuse;
    if (text == "ignore")
        return tenants::unknown_members::ignore;
    return std::nullopt;
}

std::string_view to_text(tenants::unknown_members what)
{
    return what == tenants::unknown_members::ignore ? "ignore" : "refuse";
}

result<demo_access> prepare_demo(
    store::transaction& tx,
    const event_source& from,
    random_source& random,
    std::optional<tenants::domain_policy> policy,
    std::optional<time_point> secret_expires
)
{
    const auto organization = demo_organization(tx, from);
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
    auto made = secrets::create(tx, from, random, directory, secret_expires);
    if (!made)
        return made.error();
    return demo_access{organization->id, directory.id, std::move(made->plain)};
}

}  // namespace scimd::service::tenancy
