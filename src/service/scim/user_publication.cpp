#include "service/scim/user_publication.hpp"

#include "service/domains/user_addresses.hpp"
#include "service/events/event_payload.hpp"
#include "store/roles.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace scimd::service {
namespace {

json::array named(const std::vector<std::string>& names)
{
    json::array listed;
    for (const auto& name : names)
        listed.push_back(json::object{{"role_name", name}});
    return listed;
}

// What a user does not have, or not as the mapping wants it, is left out.
json::object custom_attributes(
    const std::vector<attributes::mapping>& by, const json::object& document, work_budget& work
)
{
    json::object values;
    for (const auto& mapping : by)
        if (auto read = attributes::read(mapping, document, work); read && !read->is_null())
            values[mapping.key] = std::move(*read);
    return values;
}

}  // namespace

json::object describe_user(
    const caller& who,
    const std::vector<attributes::mapping>& mappings,
    const described_user& user,
    const std::vector<std::string>& roles
)
{
    const auto id = user_id_text(user.id);
    auto normalized = normalize_user(who, id, user.document, user.groups, user.domains);
    normalized["roles"] = named(roles);
    normalized["custom_attributes"] = custom_attributes(mappings, user.document, *who.work);
    return normalized;
}

std::vector<store::resources::membership> groups_for_event(
    store::transaction& tx, const caller& who, resource_id user, bool has_pending
)
{
    const auto pending =
        has_pending ? store::pending_group_events::count_of_user(tx, who.directory, user) : 0;
    const auto limit = static_cast<std::int64_t>(event_groups_max) + 1 + pending;
    return store::resources::groups_of(tx, who.directory, user, limit);
}

user_publication::user_publication(store::transaction& tx, const caller& who)
    : tx_(tx),
      who_(who),
      mappings_(attributes::mappings(tx, who)),
      has_pending_(store::pending_group_events::has_any(tx, who.directory)),
      domains_(tx, who)
{
}

json::object user_publication::current(const user_parts& user)
{
    return with(user, store::roles::names_of(tx_, who_.directory, user.id));
}

json::object user_publication::published(const user_parts& user)
{
    const auto missing = pending_groups(user.id);
    if (missing.empty())
        return with(user, store::roles::published(tx_, who_.directory, user.id));
    const auto groups = as_published(user.groups, missing);
    return with({user.id, user.document, groups}, store::roles::published(tx_, who_.directory, user.id));
}

json::object user_publication::publish(const user_parts& user)
{
    const auto names = store::roles::names_of(tx_, who_.directory, user.id);
    if (names != store::roles::published(tx_, who_.directory, user.id))
        store::roles::set_published(tx_, who_.directory, user.id, names);
    if (has_pending_)
        store::pending_group_events::forget(tx_, who_.directory, user.id);
    return with(user, names);
}

std::vector<store::resources::membership> user_publication::groups(resource_id user) const
{
    return groups_for_event(tx_, who_, user, has_pending_);
}

std::vector<store::pending_group_events::row> user_publication::pending_groups(resource_id user) const
{
    if (!has_pending_)
        return {};
    return store::pending_group_events::of_user(tx_, who_.directory, user);
}

json::array user_publication::current_roles(resource_id user) const
{
    return named(store::roles::names_of(tx_, who_.directory, user));
}

json::array user_publication::published_roles(resource_id user) const
{
    return named(store::roles::published(tx_, who_.directory, user));
}

verified_domains user_publication::domains_of(const json::object& document)
{
    return verified_of(domains_, addresses_of(document));
}

json::object user_publication::with(const user_parts& user, const std::vector<std::string>& roles)
{
    const auto domains = domains_of(user.document);
    return describe_user(who_, mappings_, {user.id, user.document, user.groups, domains}, roles);
}

std::vector<store::resources::membership> as_published(
    std::vector<store::resources::membership> now,
    const std::vector<store::pending_group_events::row>& pending
)
{
    using store::resources::membership;
    for (const auto& one : pending) {
        const auto place = std::ranges::lower_bound(now, one.what.group, {}, &membership::group);
        const bool is_one = place != now.end() && place->group == one.what.group;
        if (is_one && !one.what.was_member)
            now.erase(place);
        else if (!is_one && one.what.was_member)
            now.insert(place, {one.what.group, one.from.group_name});
    }
    return now;
}

}  // namespace scimd::service
