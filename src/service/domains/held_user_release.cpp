#include "service/domains/held_user_release.hpp"

#include "scim/schema/hidden_attributes.hpp"
#include "service/domains/admission.hpp"
#include "service/events/events.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/scim/user_publication.hpp"
#include "store/held_users.hpp"
#include "store/tenants.hpp"

#include <optional>
#include <utility>

namespace scimd::service {
namespace {

namespace held_users = store::held_users;
namespace tenants = store::tenants;
namespace resources = store::resources;

// Empty: the directory or its organization is deleted.
std::optional<caller> caller_of(store::transaction& tx, environment_id environment,
        const scim::catalogue_set& schemas, directory_id id) {
    const auto owner = tenants::owner_of(tx, id);
    const auto directory = owner ? tenants::find_directory(tx, *owner, id) : std::nullopt;
    if (!directory)
        return std::nullopt;
    return caller_for(system_source(environment), *directory, schemas);
}

void check(store::transaction& tx, const caller& caller, const held_users::held_user& held) {
    const auto* type = caller.schemas->find_type("User");
    if (!type)  // the configured schemas have no users any more
        return;
    const auto row = resources::find(tx, caller.directory, type->name, held.user).value();
    const auto document = scim::visible_document(row.document, *type);
    const auto addresses = addresses_of(document);
    domain_lookup domains(tx, caller);
    if (auto reason = reason_to_hold(tx, caller, domains, {document, addresses})) {
        auto now = as_held(held.user, *reason);
        if (now.reason != held.reason || now.domain != held.domain || now.address != held.address)
            held_users::hold(tx, caller.directory, now);
        return;
    }
    held_users::release(tx, caller.directory, held.user);
    // The new modification time makes the user appear in queries of the directory API for recent changes.
    publish_release(
            tx, caller, *type, resources::touch(tx, caller.directory, type->name, held.user), document);
}

}  // namespace

void publish_release(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        const resources::row& row, const json::object& document) {
    const auto groups = resources::groups_of(tx, caller.directory, row.id);
    const auto event = publish_change(tx, caller,
            {.type = &type,
                    .version = row.version,
                    .before = std::nullopt,
                    .after = user_publication(tx, caller).publish({row.id, document, groups})});
    membership_jobs::publish_gained_groups(tx, caller, row.id, groups, event);
}

bool release_held_users(
        store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas) {
    const auto wanted = held_users::next_release(tx);
    if (!wanted)
        return false;
    const auto caller = caller_of(tx, environment, schemas, wanted->directory);
    if (!caller) {
        held_users::finish_release(tx, wanted->directory);
        return true;
    }
    const auto some = held_users::list(tx, caller->directory, wanted->after, release_batch_max);
    std::int64_t groups = 0;
    std::size_t seen = 0;
    while (seen < some.size() && groups < released_groups_max) {
        groups += resources::count_groups_of(tx, caller->directory, some[seen].user);
        check(tx, *caller, some[seen++]);
    }
    const bool was_last = seen == some.size() && some.size() < static_cast<std::size_t>(release_batch_max);
    if (was_last)
        held_users::finish_release(tx, caller->directory);
    else
        held_users::advance_release(tx, {caller->directory, some[seen - 1].user});
    return true;
}

}  // namespace scimd::service
