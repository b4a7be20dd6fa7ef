// What events have not told yet of users' groups. A request that changes very many memberships notes here
// what its users were told last; a row is there exactly while that differs from what is.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::pending_group_events {

// A change of one group's members.
struct change {
    std::string group_name;  // when it was made
    std::string origin;      // kept for the events
    std::string caused_by;   // the id of the event that led to it; empty: none

    friend bool operator==(const change&, const change&) = default;
};
std::int64_t insert_change(transaction& tx, directory_id directory, const change& what);

// One whose id is given, when there is none by it.
void ensure_change(transaction& tx, directory_id directory, std::int64_t id, const change& what);
void set_cause(transaction& tx, std::int64_t change_id, std::string_view caused_by);

struct membership {
    resource_id group;
    bool was_member = false;  // told last; now it is the other

    friend bool operator==(const membership&, const membership&) = default;
};

// A user's membership has changed: what was told before is noted; false: it has become true again.
bool note(
    transaction& tx, directory_id directory, resource_id user, const membership& what, std::int64_t change_id
);

struct row {
    membership what;
    std::int64_t change_id = 0;
    change from;

    friend bool operator==(const row&, const row&) = default;
};
std::vector<row> of_user(
    transaction& tx, directory_id directory, resource_id user
);  // in the order of changes
std::int64_t count_of_user(transaction& tx, directory_id directory, resource_id user);
void forget(transaction& tx, directory_id directory, resource_id user);

bool has_any(transaction& tx, directory_id directory);

// The first directory behind that one that has some, in the order of ids.
std::optional<directory_id> next_directory(transaction& tx, directory_id after);
std::vector<resource_id> users(transaction& tx, directory_id directory, std::int64_t limit);

// When nothing is left: at most `limit` changes go.
void remove_changes(transaction& tx, directory_id directory, std::int64_t limit);

}  // namespace scimd::store::pending_group_events
