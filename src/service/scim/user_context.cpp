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
    store::transaction& tx, const caller& who, resource_id user, verified_domains domains
)
{
    const bool has_pending = pending_group_events::has_any(tx, who.directory);
    auto groups = groups_for_event(tx, who, user, has_pending);
    // Roles are assigned to groups.
    auto names =
        groups.empty() ? roles::default_names(tx, who.directory) : roles::names_of(tx, who.directory, user);
    user_context read{
        .groups = std::move(groups),
        .roles = std::move(names),
        .published_roles = roles::published(tx, who.directory, user),
        .mappings = store::attributes::mappings(tx, who.directory),
        .has_pending_groups = has_pending,
        .pending_groups = {},
        .domains = std::move(domains)
    };
    if (read.has_pending_groups)
        read.pending_groups = pending_group_events::of_user(tx, who.directory, user);
    return read;
}

user_context read_new_user_context(store::transaction& tx, const caller& who, verified_domains domains)
{
    return {
        .groups = {},
        .roles = roles::default_names(tx, who.directory),
        .published_roles = {},
        .mappings = store::attributes::mappings(tx, who.directory),
        .domains = std::move(domains)
    };
}

json::object published_state(
    const caller& who, const user_context& of, resource_id user, const json::object& document
)
{
    const auto mappings = attributes::parse_mappings(of.mappings, *who.schemas);
    if (of.pending_groups.empty())
        return describe_user(who, mappings, {user, document, of.groups, of.domains}, of.published_roles);
    const auto groups = as_published(of.groups, of.pending_groups);
    return describe_user(who, mappings, {user, document, groups, of.domains}, of.published_roles);
}

json::object current_state(
    const caller& who, const user_context& of, resource_id user, const json::object& document
)
{
    const auto mappings = attributes::parse_mappings(of.mappings, *who.schemas);
    return describe_user(who, mappings, {user, document, of.groups, of.domains}, of.roles);
}

void record_published(store::transaction& tx, const caller& who, const user_context& of, resource_id user)
{
    if (of.roles != of.published_roles)
        roles::set_published(tx, who.directory, user, of.roles);
    if (of.has_pending_groups)
        pending_group_events::forget(tx, who.directory, user);
}

}  // namespace scimd::service
