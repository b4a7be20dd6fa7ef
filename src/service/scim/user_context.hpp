// What events say of a user beyond its document, as one transaction sees it: so that an event can be made
// from a snapshot and published by a transaction that sees the same. A value.
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_ownership.hpp"
#include "store/attributes.hpp"
#include "store/engine/transaction.hpp"
#include "store/pending_group_events.hpp"
#include "store/resources.hpp"

#include <string>
#include <vector>

namespace scimd::service {

struct user_context {
    std::vector<store::resources::membership> groups;
    std::vector<std::string> roles;
    std::vector<std::string> published_roles;  // as events have last said
    std::vector<store::attributes::mapping> mappings;
    bool has_pending_groups = false;                                 // of any user of the directory
    std::vector<store::pending_group_events::row> pending_groups{};  // of this one: not published yet
    verified_domains domains{};  // of its addresses, before and after a change

    friend bool operator==(const user_context&, const user_context&) = default;
};

// `domains` are those of its addresses.
user_context read_user_context(
    store::transaction& tx, const caller& who, resource_id user, verified_domains domains
);

// Of a user who is not there yet.
user_context read_new_user_context(store::transaction& tx, const caller& who, verified_domains domains);

// The user as events have last said, and as it is. Pure.
json::object published_state(
    const caller& who, const user_context& of, resource_id user, const json::object& document
);
json::object current_state(
    const caller& who, const user_context& of, resource_id user, const json::object& document
);

// Notes that an event has told the current state.
void record_published(store::transaction& tx, const caller& who, const user_context& of, resource_id user);

}  // namespace scimd::service
