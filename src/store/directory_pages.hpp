// The users and groups of a directory as an application lists them: page by page over an index, forwards and
// backwards, without whoever is on hold.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace scimd::store::directory_pages {

// Where a page begins or ends: the row itself is not part of it.
struct position {
    std::int64_t modified = 0;  // of the row, as stored; counts in lists that are ordered by it
    resource_id id;
};

struct selection {
    std::optional<resource_id> group;         // its direct members only
    std::optional<time_point> updated_after;  // then ordered by the time of modification, but in a group
    std::optional<position> from;             // empty: the first page
    bool is_backwards = false;                // the rows before `from`, the nearest first
    std::int64_t limit = 0;
};

// `each` false stops.
using visitor = std::function<bool(const resources::row&)>;
void list_users(transaction& tx, directory_id directory, const selection& wanted, const visitor& each);
void list_groups(transaction& tx, directory_id directory, const selection& wanted, const visitor& each);

// How many the selection has on all its pages: a kept count, or with a time a count of the index behind it
// (in a group: of its members).
std::int64_t count_users(transaction& tx, directory_id directory, const selection& wanted);
std::int64_t count_groups(transaction& tx, directory_id directory, const selection& wanted);

// The users in a group but those on hold: a kept count.
std::int64_t count_members(transaction& tx, directory_id directory, resource_id group);

// Ids and names of all groups in the order of ids, at most `limit`; `each` false stops.
void each_group_name(
    transaction& tx,
    directory_id directory,
    std::int64_t limit,
    const std::function<bool(resource_id, const std::string&)>& each
);

}  // namespace scimd::store::directory_pages
