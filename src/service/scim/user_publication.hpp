// Users in the words of events and of the directory API, with what they have beyond their documents: groups,
// roles, and the custom attributes that their directory maps.
//
// What events have told of a user's roles is kept, and where they have not told its groups as they are. So
// each event says what really changed, and whatever changes them (a membership, a mapping, a default) is told
// once for each user, by whichever event comes first.
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

struct user_parts {  // borrowed
    resource_id id;
    const json::object& document;
    const std::vector<store::resources::membership>& groups;
};

struct described_user {  // borrowed
    resource_id id;
    const json::object& document;
    const std::vector<store::resources::membership>& groups;
    const verified_domains& domains;  // of its addresses
};

// A user with these roles, in the words of events.
json::object describe_user(
    const caller& who,
    const std::vector<attributes::mapping>& mappings,
    const described_user& user,
    const std::vector<std::string>& roles
);

// As many of a user's groups as an event lists, and one more where there are more: with those whose events
// are pending, which `told` takes from them. The cost does not grow with the groups of the user.
std::vector<store::resources::membership> groups_for_event(
    store::transaction& tx, const caller& who, resource_id user, bool has_pending
);

// Of one directory in one transaction; both outlive it.
class user_publication {
public:
    user_publication(store::transaction& tx, const caller& who);

    [[nodiscard]] json::object current(const user_parts& user);    // with the roles as they are
    [[nodiscard]] json::object published(const user_parts& user);  // with those that events have told of
    [[nodiscard]] json::object publish(const user_parts& user);    // as they are, and told from here on

    // Which of the domains of a user's addresses are verified.
    [[nodiscard]] verified_domains domains_of(const json::object& document);

    [[nodiscard]] std::vector<store::resources::membership> groups(resource_id user) const;

    // What has not been told of its groups; `told` takes it back, `renewed` forgets it.
    [[nodiscard]] std::vector<store::pending_group_events::row> pending_groups(resource_id user) const;

    [[nodiscard]] json::array current_roles(resource_id user) const;  // [{"role_name": …}]
    [[nodiscard]] json::array published_roles(resource_id user) const;

private:
    [[nodiscard]] json::object with(const user_parts& user, const std::vector<std::string>& roles);

    store::transaction& tx_;
    const caller& who_;
    std::vector<attributes::mapping> mappings_;
    bool has_pending_;
    domain_lookup domains_;
};

// The groups of a user before that change of them. Both in the order of ids, as they are read.
std::vector<store::resources::membership> as_published(
    std::vector<store::resources::membership> now,
    const std::vector<store::pending_group_events::row>& pending
);

}  // namespace scimd::service
