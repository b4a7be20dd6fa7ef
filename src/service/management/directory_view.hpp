// Users and groups as the directory API shows them (DirectoryUser, DirectoryGroup).
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <vector>

namespace scimd::service {

// A page of them, in order: what they have in common is read once. With `has_detail` also user_detail and
// group_detail: what the events of each have as `data`.
json::array directory_users(
    store::transaction& tx, const caller& who, const std::vector<store::resources::row>& rows, bool has_detail
);
json::array directory_groups(
    store::transaction& tx, const caller& who, const std::vector<store::resources::row>& rows, bool has_detail
);

}  // namespace scimd::service
