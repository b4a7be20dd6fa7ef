// Users and groups in the format of the directory API (DirectoryUser, DirectoryGroup). Functions of a
// transaction.
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <vector>

namespace scimd::service {

// Render a page of rows, in order. With `has_detail` each also has user_detail or group_detail, the `data` of
// its events.
json::array directory_users(store::transaction& tx, const caller& caller,
        const std::vector<store::resources::row>& rows, bool has_detail);
json::array directory_groups(store::transaction& tx, const caller& caller,
        const std::vector<store::resources::row>& rows, bool has_detail);

}  // namespace scimd::service
