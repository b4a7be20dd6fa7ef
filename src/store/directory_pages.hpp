// Users and groups of a directory as the management API lists them: keyset pagination over an index, forwards
// and backwards, without held users.
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

// The boundary of a page. The row itself is not part of the page.
struct position {
    std::int64_t modified = 0;  // modified_at as stored; used in lists ordered by it
    resource_id id;
};

struct selection {
    std::optional<resource_id> group;         // only its direct members
    std::optional<time_point> updated_after;  // then the order is modified_at, except in a group
    std::optional<position> from;             // empty: the first page
    bool is_backwards = false;                // the rows before `from`, in descending order
    std::int64_t limit = 0;
};

// Returns false to stop.
using visitor = std::function<bool(const resources::row&)>;
void list_users(transaction& tx, directory_id directory, const selection& wanted, const visitor& each);
void list_groups(transaction& tx, directory_id directory, const selection& wanted, const visitor& each);

// The number of rows on all pages of the selection. Reads a counter; with `updated_after` it counts index
// entries (in a group: members).
std::int64_t count_users(transaction& tx, directory_id directory, const selection& wanted);
std::int64_t count_groups(transaction& tx, directory_id directory, const selection& wanted);

// The users in a group without held users: reads a counter.
std::int64_t count_members(transaction& tx, directory_id directory, resource_id group);

// Calls `each` with id and name of up to `limit` groups in the order of ids, until it returns false.
void each_group_name(transaction& tx, directory_id directory, std::int64_t limit,
        const std::function<bool(resource_id, const std::string&)>& each);

}  // namespace scimd::store::directory_pages
