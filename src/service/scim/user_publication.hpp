// The payload of users in events and in the management API: the normalized document with groups, roles and
// the custom attributes that the directory maps; and the record of what has been published of each user.
//
// An event of a user lists its groups and roles, and says how they changed. These change without a change of
// the user (a membership, a role mapping, a default role), possibly for very many users at once. Therefore
// the store keeps what consumers know: the roles last published, and the group changes that are still pending
// (store/pending_group_events.hpp). Each change is published once for each user, by whichever event of the
// user comes first.
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_ownership.hpp"
#include "service/management/attributes.hpp"
#include "store/engine/transaction.hpp"
#include "store/pending_group_events.hpp"
#include "store/resources.hpp"

#include <string>
#include <vector>

namespace scimd::service {

// The parts of a user that an event shows, read by the caller. Borrowed.
struct user_parts {
    resource_id id;
    const json::object& document;
    const std::vector<store::resources::membership>& groups;
};

// A user with the verified domains of its addresses. Borrowed.
struct described_user {
    resource_id id;
    const json::object& document;
    const std::vector<store::resources::membership>& groups;
    const verified_domains& domains;
};

// The event payload of a user with these roles. Pure.
json::object describe_user(const caller& caller, const std::vector<attributes::mapping>& mappings,
        const described_user& user, const std::vector<std::string>& roles);

// Reads the groups of a user that an event may list: event_groups_max, one more to know that there are more,
// and as many as have pending changes, which published() takes away again. The cost does not grow with the
// number of the user's groups.
std::vector<store::resources::membership> groups_for_event(
        store::transaction& tx, const caller& caller, resource_id user, bool has_pending);

// Reads and updates what consumers know of the users of one directory, in one transaction. Transaction and
// caller outlive it. Thread contract: that of the transaction.
class user_publication {
public:
    user_publication(store::transaction& tx, const caller& caller);

    // The event payload with the current roles and groups.
    [[nodiscard]] json::object current(const user_parts& user);

    // The event payload with the roles and groups last published.
    [[nodiscard]] json::object published(const user_parts& user);

    // The current payload, recorded as published: an event with it follows in this transaction.
    [[nodiscard]] json::object publish(const user_parts& user);

    // The verified domains among those of a user's addresses.
    [[nodiscard]] verified_domains domains_of(const json::object& document);

    [[nodiscard]] std::vector<store::resources::membership> groups(resource_id user) const;

    // The group changes of a user that are not published yet. published() undoes them, publish() deletes
    // them.
    [[nodiscard]] std::vector<store::pending_group_events::row> pending_groups(resource_id user) const;

    [[nodiscard]] json::array current_roles(resource_id user) const;  // [{"role_name": …}]
    [[nodiscard]] json::array published_roles(resource_id user) const;

private:
    [[nodiscard]] json::object describe(const user_parts& user, const std::vector<std::string>& roles);

    store::transaction& tx_;
    const caller& caller_;
    std::vector<attributes::mapping> mappings_;
    bool has_pending_;
    domain_lookup domains_;
};

// The groups of a user as last published: the current ones without the pending changes. Both lists are in
// the order of ids.
std::vector<store::resources::membership> as_published(std::vector<store::resources::membership> current,
        const std::vector<store::pending_group_events::row>& pending);

}  // namespace scimd::service
