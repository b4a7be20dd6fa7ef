#include "service/scim/user_publication.hpp"

#include "service/domains/user_addresses.hpp"
#include "service/events/event_payload.hpp"
#include "store/roles.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace scimd::service {
namespace {

json::array role_list(const std::vector<std::string>& names) {
    json::array listed;
    for (const auto& name : names)
        listed.push_back(json::object{{"role_name", name}});
    return listed;
}

// Values that the user lacks, or that do not fit the mapping, are left out.
json::object custom_attributes(
        const std::vector<attributes::mapping>& mappings, const json::object& document, work_budget& work) {
    json::object values;
    for (const auto& mapping : mappings)
        if (auto read = attributes::read(mapping, document, work); read && !read->is_null())
            values[mapping.key] = std::move(*read);
    return values;
}

}  // namespace

json::object describe_user(const caller& caller, const std::vector<attributes::mapping>& mappings,
        const described_user& user, const std::vector<std::string>& roles) {
    const auto id = user_id_text(user.id);
    auto normalized = normalize_user(caller, id, user.document, user.groups, user.domains);
    normalized["roles"] = role_list(roles);
    normalized["custom_attributes"] = custom_attributes(mappings, user.document, *caller.work);
    return normalized;
}

std::vector<store::resources::membership> groups_for_event(
        store::transaction& tx, const caller& caller, resource_id user, bool has_pending) {
    const auto pending =
            has_pending ? store::pending_group_events::count_of_user(tx, caller.directory, user) : 0;
    const auto limit = static_cast<std::int64_t>(event_groups_max) + 1 + pending;
    return store::resources::groups_of(tx, caller.directory, user, limit);
}

user_publication::user_publication(store::transaction& tx, const caller& caller)
        : tx_(tx),
          caller_(caller),
          mappings_(attributes::mappings(tx, caller)),
          has_pending_(store::pending_group_events::has_any(tx, caller.directory)),
          domains_(tx, caller) {}

json::object user_publication::current(const user_parts& user) {
    return describe(user, store::roles::names_of(tx_, caller_.directory, user.id));
}

json::object user_publication::published(const user_parts& user) {
    const auto pending = pending_groups(user.id);
    if (pending.empty())
        return describe(user, store::roles::published(tx_, caller_.directory, user.id));
    const auto groups = as_published(user.groups, pending);
    return describe(
            {user.id, user.document, groups}, store::roles::published(tx_, caller_.directory, user.id));
}

json::object user_publication::publish(const user_parts& user) {
    const auto names = store::roles::names_of(tx_, caller_.directory, user.id);
    if (names != store::roles::published(tx_, caller_.directory, user.id))
        store::roles::set_published(tx_, caller_.directory, user.id, names);
    if (has_pending_)
        store::pending_group_events::forget(tx_, caller_.directory, user.id);
    return describe(user, names);
}

std::vector<store::resources::membership> user_publication::groups(resource_id user) const {
    return groups_for_event(tx_, caller_, user, has_pending_);
}

std::vector<store::pending_group_events::row> user_publication::pending_groups(resource_id user) const {
    if (!has_pending_)
        return {};
    return store::pending_group_events::of_user(tx_, caller_.directory, user);
}

json::array user_publication::current_roles(resource_id user) const {
    return role_list(store::roles::names_of(tx_, caller_.directory, user));
}

json::array user_publication::published_roles(resource_id user) const {
    return role_list(store::roles::published(tx_, caller_.directory, user));
}

verified_domains user_publication::domains_of(const json::object& document) {
    return verified_of(domains_, addresses_of(document));
}

json::object user_publication::describe(const user_parts& user, const std::vector<std::string>& roles) {
    const auto domains = domains_of(user.document);
    return describe_user(caller_, mappings_, {user.id, user.document, user.groups, domains}, roles);
}

std::vector<store::resources::membership> as_published(std::vector<store::resources::membership> current,
        const std::vector<store::pending_group_events::row>& pending) {
    using store::resources::membership;
    for (const auto& change : pending) {
        const auto place = std::ranges::lower_bound(current, change.what.group, {}, &membership::group);
        const bool is_member = place != current.end() && place->group == change.what.group;
        if (is_member && !change.what.was_member)
            current.erase(place);
        else if (!is_member && change.what.was_member)
            current.insert(place, {change.what.group, change.from.group_name});
    }
    return current;
}

}  // namespace scimd::service
