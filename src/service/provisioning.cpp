#include "service/provisioning.hpp"

#include "scim/visible.hpp"
#include "service/events.hpp"
#include "service/membership_events.hpp"
#include "service/normalize.hpp"
#include "service/secrets.hpp"
#include "service/user_state.hpp"
#include "store/holds.hpp"
#include "store/refusals.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

// What events have told of it.
json::object told(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    resource_id id,
    const json::object& document
)
{
    if (type.name != "User")
        return normalize_other(who, type, id_text(type, id), document);
    user_state users(tx, who);
    const auto groups = users.groups(id);
    return users.told({id, document, groups});
}

// In one transaction with its preparation.
result<provisioned> apply_at_once(store::transaction& tx, const caller& who, const prepared_change& change)
{
    auto outcome = apply(tx, who, change);
    if (!outcome)
        return outcome.error();
    if (auto* refusal = std::get_if<refused>(&*outcome))
        return std::move(*refusal);
    const auto* done = std::get_if<written>(&*outcome);
    if (!done)
        throw std::logic_error("provisioning: a change is stale in the transaction that prepared it");
    return represent(tx, who, change, *done);
}

}  // namespace

result<provisioned> create(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const scim::incoming& body,
    const scim::projection& wanted
)
{
    return apply_at_once(tx, who, prepare_creation(tx, who, type, body, wanted));
}

result<provisioned> replace(
    store::transaction& tx, const caller& who, const target& what, const scim::incoming& body
)
{
    auto found = load(tx, who, what);
    if (!found)
        return found.error();
    const auto change = prepare_replacement(tx, who, what, std::move(*found), body);
    return change ? apply_at_once(tx, who, *change) : result<provisioned>(change.error());
}

result<provisioned> patch(
    store::transaction& tx, const caller& who, const target& what, const scim::patch& wanted
)
{
    auto found = load(tx, who, what);
    if (!found)
        return found.error();
    const auto change = prepare_patch(tx, who, what, std::move(*found), wanted);
    return change ? apply_at_once(tx, who, *change) : result<provisioned>(change.error());
}

result<representation> get(store::transaction& tx, const caller& who, const target& what)
{
    const auto row = load(tx, who, what);
    if (!row)
        return row.error();
    return represent(tx, who, *what.type, *row, what.wanted);
}

result<representation> get_whole(
    store::transaction& tx, const caller& who, const target& what, long_text& into
)
{
    const auto row = load(tx, who, what);
    if (!row)
        return row.error();
    append_page(into, tx, who, {{what.type, &what.wanted, &*row}});
    return representation{
        .location = who.base_url + what.type->endpoint + '/' + what.id, .version = row->version
    };
}

result<std::string> remove(store::transaction& tx, const caller& who, const target& what)
{
    const auto found = load(tx, who, what);
    if (!found)
        return found.error();
    if (auto met = what.conditions.check(found->version); !met)
        return met.error();
    const auto& type = *what.type;
    const auto& row = *found;
    const bool is_user = type.name == "User";
    const bool is_group = type.name == "Group";
    const auto document = scim::visible_document(row.document, type);
    const bool was_held = is_user && store::holds::is_held(tx, who.directory, row.id);
    auto last_state = told(tx, who, type, row.id, document);
    const auto users = is_group ? users_in(tx, who, row.id) : std::vector<resource_id>();
    const auto groups = resources::groups_of(tx, who.directory, row.id);
    resources::touch_groups_of(tx, who.directory, row.id);
    resources::remove(tx, who.directory, type.name, row.id);
    if (is_user)
        store::refusals::resolve_all_standing(tx, who.directory, row.id, tx.now());
    if (who.trace)
        who.trace->add({.action = "deleted", .id = id_text(type, row.id), .attributes = {}});
    if (was_held)
        return std::string();
    auto event = publish_change(
        tx,
        who,
        {.type = &type, .version = row.version, .before = std::move(last_state), .after = std::nullopt}
    );
    if (is_user)
        secrets::end_with_user(tx, who, row.id, event);
    publish_lost_group(tx, who, as_membership(row.id, document), users, event);
    publish_lost_member(tx, who, groups, {row.id, type.name, {}}, event);
    return event;
}

}  // namespace scimd::service
