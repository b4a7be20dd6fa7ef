// The groups of users: those that list them, and those that contain these (RFC 7643 §4.1.2).
//
// The walk goes up level by level, each level with one query for all users of a page together, so that a page
// costs as many queries as its groups are nested deep, not as it has users. A ring of groups, which no
// request can make, would end it like any other: no group is entered twice. The links that it follows are
// bounded together: a group may be in very many groups, each of which may be in very many.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

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
struct group_links {
    std::map<resource_id, std::vector<group_link>> of;
    bool is_complete =
        true;  // false: there are more links than were to be read; of the nearest some are here
};

constexpr std::size_t group_links_max = 200'000;  // memberships that a walk reads

group_links groups_of_users(
    store::transaction& tx,
    directory_id where,
    const std::vector<resource_id>& users,
    std::size_t links_max = group_links_max
);

}  // namespace scimd::service
