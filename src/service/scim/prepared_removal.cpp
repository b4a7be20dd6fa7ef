#include "service/scim/prepared_removal.hpp"

#include "scim/schema/hidden_attributes.hpp"
#include "service/auth/secrets.hpp"
#include "service/domains/domain_ownership.hpp"
#include "service/events/event_payload.hpp"
#include "service/groups/membership_events.hpp"
#include "store/held_users.hpp"
#include "store/refusals.hpp"

#include <utility>
#include <vector>

namespace scimd::service {
namespace {

namespace resources = store::resources;

// Whether no concurrent change has outdated the preparation.
bool is_current(store::transaction& tx, const caller& caller, const prepared_removal& removal) {
    if (resources::version_of(tx, caller.directory, removal.type->name, removal.id) != removal.version)
        return false;
    if (!is_user(*removal.type))
        return true;
    if (store::held_users::is_held(tx, caller.directory, removal.id) != removal.is_held)
        return false;
    if (!removal.context)
        return true;
    domain_lookup domains(tx, caller);
    return *removal.context ==
           read_user_context(tx, caller, removal.id, verified_of(domains, removal.addresses));
}

}  // namespace

result<prepared_removal> prepare_removal(
        store::transaction& tx, const caller& caller, const target& target, const resources::row& found) {
    if (auto met = target.conditions.check(found.version); !met)
        return met.error();
    const auto& type = *target.type;
    const auto document = scim::visible_document(found.document, type);
    prepared_removal removal;
    removal.type = &type;
    removal.id = found.id;
    removal.version = found.version;
    removal.as_group = as_membership(found.id, document);
    removal.is_held = is_user(type) && store::held_users::is_held(tx, caller.directory, found.id);
    if (removal.is_held)
        return removal;
    resource_change transition{
            .type = &type, .version = found.version, .before = std::nullopt, .after = std::nullopt};
    if (is_user(type)) {
        removal.addresses = addresses_of(document);
        domain_lookup domains(tx, caller);
        removal.context = read_user_context(tx, caller, found.id, verified_of(domains, removal.addresses));
        transition.before = published_state(caller, *removal.context, found.id, document);
    } else {
        transition.before = normalize_other(caller, type, id_text(type, found.id), document);
    }
    removal.event = prepare_change(caller, std::move(transition));
    return removal;
}

std::optional<std::string> remove(
        store::transaction& tx, const caller& caller, const prepared_removal& removal) {
    if (!is_current(tx, caller, removal))
        return std::nullopt;
    const auto& type = *removal.type;
    const auto users = type.name == "Group" ? users_in(tx, caller, removal.id) : std::vector<resource_id>();
    const auto groups = resources::groups_of(tx, caller.directory, removal.id);
    resources::touch_groups_of(tx, caller.directory, removal.id);
    resources::remove(tx, caller.directory, type.name, removal.id);
    if (is_user(type))
        store::refusals::resolve_all_standing(tx, caller.directory, removal.id, tx.now());
    if (caller.trace)
        caller.trace->add({.action = "deleted", .id = id_text(type, removal.id), .attributes = {}});
    if (!removal.event)
        return std::string();
    // The events of the memberships come first: consumers never see a group with a deleted member.
    publish_lost_member(tx, caller, groups, {removal.id, type.name, {}});
    auto event = publish_deleted(tx, caller, *removal.event);
    if (is_user(type))
        secrets::revoke_user_tokens(tx, caller, removal.id, event);
    publish_lost_group(tx, caller, removal.as_group, users, event);
    return event;
}

}  // namespace scimd::service
