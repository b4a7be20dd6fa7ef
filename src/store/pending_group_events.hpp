// Pending user_updated events after large changes of groups. A request that changes very many memberships
// does not publish an event for each user at once: it stores, for each user, the membership that was
// published last. A row exists exactly while that differs from the current membership. Tables
// pending_group_changes and pending_group_events. A background job publishes, see
// service/groups/membership_events.hpp.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::pending_group_events {

// A change of one group's members, which the events refer to.
struct change {
    std::string group_name;  // at the time of the change
    std::string origin;      // the event source
    std::string caused_by;   // the id of the event that caused it; empty: none

    friend bool operator==(const change&, const change&) = default;
};
std::int64_t insert_change(transaction& tx, directory_id directory, const change& what);

// Inserts a change with that id unless there is one.
void ensure_change(transaction& tx, directory_id directory, std::int64_t id, const change& what);
void set_cause(transaction& tx, std::int64_t change_id, std::string_view caused_by);

struct membership {
    resource_id group;
    bool was_member = false;  // in the last published event; now it is the opposite

    friend bool operator==(const membership&, const membership&) = default;
};

// Records that a user's membership has changed. Returns false when it is again as it was published, and
// nothing is pending.
bool note(transaction& tx, directory_id directory, resource_id user, const membership& what,
        std::int64_t change_id);

struct row {
    membership what;
    std::int64_t change_id = 0;
    change from;

    friend bool operator==(const row&, const row&) = default;
};
std::vector<row> of_user(
        transaction& tx, directory_id directory, resource_id user);  // in the order of changes
std::int64_t count_of_user(transaction& tx, directory_id directory, resource_id user);
void forget(transaction& tx, directory_id directory, resource_id user);

bool has_any(transaction& tx, directory_id directory);

// The first directory after `after` with pending events, in the order of ids.
std::optional<directory_id> next_directory(transaction& tx, directory_id after);
std::vector<resource_id> users(transaction& tx, directory_id directory, std::int64_t limit);

// Deletes up to `limit` changes, once the directory has no pending events.
void remove_changes(transaction& tx, directory_id directory, std::int64_t limit);

}  // namespace scimd::store::pending_group_events
