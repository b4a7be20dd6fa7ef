// Users who were held and are let out: the directory API and the events learn of them as of new ones.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstdint>

namespace scimd::service {

constexpr std::int64_t release_batch_max = 100;  // users that one transaction looks at

// Groups of these users, each of which may be told of one; the transaction ends with the user that reaches
// them.
constexpr std::int64_t released_groups_max = 150;

// user_created, then group_member_added for each of the user's groups. The user is not held any more.
void publish_release(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const store::resources::row& row,
    const json::object& document
);

// Looks at held users of the directories where something has changed that may have held them, and lets out
// those whom nothing holds. False: nothing is left to look at.
bool release_held_users(
    store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas
);

}  // namespace scimd::service
