// The groups of users: those that list them, and those that contain these (RFC 7643 §4.1.2).
//
// The walk goes up level by level, each level with one query for all users of a page together, so that a page
// costs as many queries as its groups are nested deep, not as it has users. A ring of groups, which no
// request can make, would end it like any other: no group is entered twice.
#pragma once

#include "base/id.hpp"
#include "store/resources.hpp"
#include "store/transaction.hpp"

#include <cstddef>
#include <map>
#include <vector>

namespace scimd::service {

constexpr std::size_t nested_levels_max = 32;       // above the groups that list a user
constexpr std::size_t indirect_groups_max = 1'000;  // of one user; the nearest stay, of these the oldest

struct group_link {
    store::resources::membership group;
    bool is_direct = true;
};

// Of each user that has any, the direct ones first, each kind from near to far and then by id.
using group_links = std::map<resource_id, std::vector<group_link>>;

group_links groups_of_users(
    store::transaction& tx, directory_id where, const std::vector<resource_id>& users
);

}  // namespace scimd::service
