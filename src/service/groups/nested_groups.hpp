// The groups of users: direct groups, which list the user, and indirect ones, which contain a group of the
// user (RFC 7643 §4.1.2).
//
// The search ascends level by level, with one query a level for all users of a page together: the number of
// queries is the nesting depth of the groups, not the number of users. No group is visited twice, so that
// even a cycle of groups, which no request can create, ends the search. The number of memberships that a
// search follows is limited, because a group may be in very many groups, each of which may be in very many.
//
// Thread contract: that of the transaction.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <map>
#include <vector>

namespace scimd::service {

constexpr std::size_t nested_levels_max = 32;  // above the groups that list a user
constexpr std::size_t indirect_groups_max =
        1'000;  // of one user; the nearest are kept, of one level the oldest

// A group of a user.
struct group_link {
    store::resources::membership group;
    bool is_direct = true;
};

// The groups of each user that has any: direct ones first, then indirect ones from near to far, each level by
// id.
struct group_links {
    std::map<resource_id, std::vector<group_link>> of;

    // False: there are more memberships than the limit; some of the nearest groups are present.
    bool is_complete = true;
};

constexpr std::size_t group_links_max = 200'000;  // memberships that a search reads

group_links groups_of_users(store::transaction& tx, directory_id directory,
        const std::vector<resource_id>& users, std::size_t links_max = group_links_max);

}  // namespace scimd::service
