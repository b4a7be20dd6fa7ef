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

// Whether the preparation still holds.
bool is_current(store::transaction& tx, const caller& who, const prepared_removal& removal)
{
    if (resources::version_of(tx, who.directory, removal.type->name, removal.id) != removal.version)
        return false;
    if (!is_user(*removal.type))
        return true;
    if (store::held_users::is_held(tx, who.directory, removal.id) != removal.is_held)
        return false;
    if (!removal.context)
        return true;
    domain_lookup domains(tx, who);
    return *removal.context ==
           read_user_context(tx, who, removal.id, verified_of(domains, removal.addresses));
}

}  // namespace

result<prepared_removal> prepare_removal(
    store::transaction& tx, const caller& who, const target& what, const resources::row& found
)
{
    if (auto met = what.conditions.check(found.version); !met)
        return met.error();
    const auto& type = *what.type;
    const auto document = scim::visible_document(found.document, type);
    prepared_removal removal;
    removal.type = &type;
    removal.id = found.id;
    removal.version = found.version;
    removal.as_group = as_membership(found.id, document);
    removal.is_held = is_user(type) && store::held_users::is_held(tx, who.directory, found.id);
    if (removal.is_held)
        return removal;
    resource_change news{
        .type = &type, .version = found.version, .before = std::nullopt, .after = std::nullopt
    };
    if (is_user(type)) {
        removal.addresses = addresses_of(document);
        domain_lookup domains(tx, who);
        removal.context = read_user_context(tx, who, found.id, verified_of(domains, removal.addresses));
        news.before = published_state(who, *removal.context, found.id, document);
    } else {
        news.before = normalize_other(who, type, id_text(type, found.id), document);
    }
    removal.event = prepare_change(who, std::move(news));
    return removal;
}

std::optional<std::string> remove(store::transaction& tx, const caller& who, const prepared_removal& removal)
{
    if (!is_current(tx, who, removal))
        return std::nullopt;
    const auto& type = *removal.type;
    const auto users = type.name == "Group" ? users_in(tx, who, removal.id) : std::vector<resource_id>();
    const auto groups = resources::groups_of(tx, who.directory, removal.id);
    resources::touch_groups_of(tx, who.directory, removal.id);
    resources::remove(tx, who.directory, type.name, removal.id);
    if (is_user(type))
        store::refusals::resolve_all_standing(tx, who.directory, removal.id, tx.now());
    if (who.trace)
        who.trace->add({.action = "deleted", .id = id_text(type, removal.id), .attributes = {}});
    if (!removal.event)
        return std::string();
    // First the memberships: no event leaves a group with a member that does not exist.
    publish_lost_member(tx, who, groups, {removal.id, type.name, {}});
    auto event = publish_deleted(tx, who, *removal.event);
    if (is_user(type))
        secrets::revoke_user_tokens(tx, who, removal.id, event);
    publish_lost_group(tx, who, removal.as_group, users, event);
    return event;
}

}  // namespace scimd::service
