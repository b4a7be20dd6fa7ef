// The event log (transactional outbox) as consumers read it: by position and filter; and its retention. Reads
// the table events, which store/events.hpp writes.
//
// The id of an event is its position in the order of commits.
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

// What caused an event: the identity provider of a directory, or the environment itself.
enum class source { any, directory, environment };

// Which events to read; members that are 0 or empty do not restrict.
struct selection {
    organization_id organization;
    directory_id directory;
    std::vector<std::string> types = {};  // exact, or a prefix: "organization.directory.*"
    source origin = source::any;
    event_id first = {};  // the first position
    event_id last = {std::numeric_limits<std::int64_t>::max()};
};

bool is_selected(const selection& wanted, std::string_view type);

enum class direction { forward, backward };

struct span {
    event_id from;  // forward: events behind this one; backward: before it
    direction way = direction::forward;
    std::int64_t rows_max = 0;  // read, selected or not: bounds the cost of a rare event type
};

// How far read() has come.
struct reached {
    event_id position;    // of the last row that was read; `from` when there was none
    bool is_end = false;  // there is no further event now
};

// Calls `each` with each selected event in order. When it returns false, reading stops before that event.
reached read(transaction& tx, const selection& wanted, const span& range,
        const std::function<bool(const events::event&)>& each);

// How many of the newest `rows_max` events are selected.
std::int64_t count(transaction& tx, const selection& wanted, std::int64_t rows_max);

// The greatest sequence number of the directory's events up to that position; 0 when none is stored.
std::int64_t sequence_at(transaction& tx, directory_id directory, event_id position);

// The position of the directory's event with that sequence number, or of its newest event when there is none
// yet; 0 for 0. Empty when later events have been deleted already.
std::optional<event_id> position_of(transaction& tx, directory_id directory, std::int64_t sequence);

event_id newest(transaction& tx);  // 0: there is none
std::optional<std::string> newest_body(transaction& tx);
event_id oldest(transaction& tx);  // stored; 0: there is none

// --- retention

// The position up to which events of the selection have been deleted; 0 when none were. Retention deletes the
// oldest events of the log, and the oldest events of a directory that exceeds its quota of bytes.
event_id deleted_up_to(transaction& tx, const selection& wanted = {});

// The number of stored events. The cost is a few look-ups a directory, however many events there are.
std::int64_t total(transaction& tx);

// The last of the oldest `count` events; `count` is at least 1.
event_id last_of_oldest(transaction& tx, std::int64_t count);

// The last of the oldest events that have `bytes` together, at most `rows_max` events; 0 when there is none.
event_id last_of_oldest_bytes(transaction& tx, std::int64_t bytes, std::int64_t rows_max);

// Deletes up to `rows_max` of the oldest events up to that position; returns how many.
std::int64_t delete_up_to(transaction& tx, event_id position, std::int64_t rows_max);

// The oldest stored event of the directory; 0 when there is none.
event_id oldest_of(transaction& tx, directory_id directory);

// Deletes the directory's oldest events up to that position until `bytes` are freed, at most `rows_max`
// events; returns how many.
std::int64_t delete_oldest_of(transaction& tx, directory_id directory, event_id position, std::int64_t bytes,
        std::int64_t rows_max);

}  // namespace scimd::store::event_log
