#include "service/scim/user_context.hpp"

#include "service/management/attributes.hpp"
#include "service/scim/user_publication.hpp"
#include "store/roles.hpp"

#include <utility>

namespace scimd::service {
namespace {

namespace roles = store::roles;
namespace pending_group_events = store::pending_group_events;

}  // namespace

user_context read_user_context(
        store::transaction& tx, const caller& caller, resource_id user, verified_domains domains) {
    const bool has_pending = pending_group_events::has_any(tx, caller.directory);
    auto groups = groups_for_event(tx, caller, user, has_pending);
    // Only members of groups have roles other than the default ones.
    auto names = groups.empty() ? roles::default_names(tx, caller.directory)
                                : roles::names_of(tx, caller.directory, user);
    user_context read{.groups = std::move(groups),
            .roles = std::move(names),
            .published_roles = roles::published(tx, caller.directory, user),
            .mappings = store::attributes::mappings(tx, caller.directory),
            .has_pending_groups = has_pending,
            .pending_groups = {},
            .domains = std::move(domains)};
    if (read.has_pending_groups)
        read.pending_groups = pending_group_events::of_user(tx, caller.directory, user);
    return read;
}

user_context read_new_user_context(store::transaction& tx, const caller& caller, verified_domains domains) {
    return {.groups = {},
            .roles = roles::default_names(tx, caller.directory),
            .published_roles = {},
            .mappings = store::attributes::mappings(tx, caller.directory),
            .domains = std::move(domains)};
}

json::object published_state(
        const caller& caller, const user_context& context, resource_id user, const json::object& document) {
    const auto mappings = attributes::parse_mappings(context.mappings, *caller.schemas);
    if (context.pending_groups.empty())
        return describe_user(
                caller, mappings, {user, document, context.groups, context.domains}, context.published_roles);
    const auto groups = as_published(context.groups, context.pending_groups);
    return describe_user(
            caller, mappings, {user, document, groups, context.domains}, context.published_roles);
}

json::object current_state(
        const caller& caller, const user_context& context, resource_id user, const json::object& document) {
    const auto mappings = attributes::parse_mappings(context.mappings, *caller.schemas);
    return describe_user(caller, mappings, {user, document, context.groups, context.domains}, context.roles);
}

void record_published(
        store::transaction& tx, const caller& caller, const user_context& context, resource_id user) {
    if (context.roles != context.published_roles)
        roles::set_published(tx, caller.directory, user, context.roles);
    if (context.has_pending_groups)
        pending_group_events::forget(tx, caller.directory, user);
}

}  // namespace scimd::service
