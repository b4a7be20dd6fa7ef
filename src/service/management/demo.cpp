#include "service/management/demo.hpp"

#include "service/auth/secrets.hpp"
#include "service/domains/domains.hpp"
#include "service/management/organizations.hpp"

#include <utility>

namespace scimd::service::demo {
namespace {

namespace tenants = store::tenants;

constexpr std::string_view demo_external_id = "example-corp";

result<tenants::organization> demo_organization(store::transaction& tx, const event_source& source) {
    if (auto found = tenants::find_organization_by_external_id(tx, demo_external_id))
        return std::move(*found);
    organizations::change wanted;
    wanted.display_name = "Example Corp";
    wanted.external_id = demo_external_id;
    auto made = organizations::create(tx, source, wanted);
    if (!made)
        return made.error();
    tenants::domain domain;
    domain.organization = made->id;
    domain.name = "example.com";
    if (auto added = domains::add(tx, source, std::move(domain)); !added)
        return added.error();
    return made;
}

}  // namespace

result<demo_access> prepare_demo(store::transaction& tx, const event_source& source, random_source& random,
        std::optional<tenants::domain_policy> policy, std::optional<time_point> secret_expires) {
    const auto organization = demo_organization(tx, source);
    if (!organization)
        return organization.error();
    auto existing = tenants::list_directories(tx, organization->id);
    if (existing.empty()) {
        auto made = organizations::create_directory(
                tx, source, organization->id, {.name = "Demo directory", .provider = ""});
        if (!made)
            return made.error();
        existing.push_back(std::move(*made));
    }
    const auto& directory = existing.front();
    if (policy)
        tenants::set_domain_policy(tx, organization->id, directory.id, *policy);
    secrets::revoke_surplus(tx, source, directory);  // so that the demo can be started any number of times
    auto made = secrets::create(tx, source, random, directory, secret_expires);
    if (!made)
        return made.error();
    return demo_access{organization->id, directory.id, std::move(made->plain)};
}

}  // namespace scimd::service::demo
