// The log of events as consumers read it: by position, filtered, and cut off at its old end.
//
// An event's id is its position in the order of commit.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/events.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::event_log {

// Who told of it: a directory's identity provider, or the environment itself.
enum class source { any, directory, environment };

// What to read; what is 0 or empty does not restrict.
struct selection {
    organization_id organization;
    directory_id directory;
    std::vector<std::string> types = {};  // exact, or "organization.directory.*" for all that begin so
    source origin = source::any;
    event_id first = {};  // positions from here
    event_id last = {std::numeric_limits<std::int64_t>::max()};
};

bool is_selected(const selection& wanted, std::string_view type);

enum class direction { forward, backward };

struct span {
    event_id from;  // forward: events behind this one; backward: before it
    direction way = direction::forward;
    std::int64_t rows_max = 0;  // looked at, selected or not: a rare event costs no walk of the whole log
};

// How far the log was looked at.
struct reached {
    event_id position;    // of the last row looked at; `from` when there was none
    bool is_end = false;  // there is nothing behind it now
};

// Calls `each` with the selected ones in order; false stops, before the event that it was called with.
reached read(
    transaction& tx,
    const selection& wanted,
    const span& range,
    const std::function<bool(const events::event&)>& each
);

// How many of the newest `rows_max` are selected.
std::int64_t count(transaction& tx, const selection& wanted, std::int64_t rows_max);

// The greatest sequence among the directory's events at that position or before it; 0: none is kept.
std::int64_t sequence_at(transaction& tx, directory_id directory, event_id position);

// The position of that sequence of the directory, or of the last one when it is not there yet; 0 for 0. Empty
// when events behind it have been deleted.
std::optional<event_id> position_of(transaction& tx, directory_id directory, std::int64_t sequence);

event_id newest(transaction& tx);  // 0: there is none
std::optional<std::string> newest_body(transaction& tx);
event_id oldest(transaction& tx);  // that is kept; 0: there is none

// --- retention

// Events of the selection at this position or before it have been deleted. 0: none. The log is cut off at its
// old end; beside that a directory loses its own oldest events when they take too many bytes.
event_id deleted_up_to(transaction& tx, const selection& wanted = {});

// How many are kept. A few look-ups a directory, however many events there are.
std::int64_t total(transaction& tx);

// The last of the oldest `count` (1 at least) events.
event_id last_of_oldest(transaction& tx, std::int64_t count);

// The last of the oldest events that have so many bytes together, `rows_max` events at most; 0: there is
// none.
event_id last_of_oldest_bytes(transaction& tx, std::int64_t bytes, std::int64_t rows_max);

// Deletes the oldest at or before the position, `rows_max` at most; returns how many.
std::int64_t delete_up_to(transaction& tx, event_id position, std::int64_t rows_max);

// The oldest event of the directory that is kept; 0: there is none.
event_id oldest_of(transaction& tx, directory_id directory);

// Deletes the directory's oldest events at or before the position until they had `bytes`, `rows_max` at most;
// returns how many.
std::int64_t delete_oldest_of(
    transaction& tx, directory_id directory, event_id position, std::int64_t bytes, std::int64_t rows_max
);

}  // namespace scimd::store::event_log
