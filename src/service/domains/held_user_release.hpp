// Release of held users: they appear in the directory API and in events as new users. Functions of a
// transaction, called by a job and when a change of a user removes the reason.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstdint>

namespace scimd::service {

constexpr std::int64_t release_batch_max = 100;  // users that one transaction checks

// Groups of these users, each of which can need an event; the transaction ends with the user that reaches the
// limit.
constexpr std::int64_t released_groups_max = 150;

// Publishes user_created, then group_member_added for each of the user's groups. The user is not held any
// more.
void publish_release(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        const store::resources::row& row, const json::object& document);

// Checks held users of directories where a reason to hold may have ended, and releases those without a
// reason. False: no directory is left to check.
bool release_held_users(
        store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas);

}  // namespace scimd::service
