// Retention of the event log: events are deleted by age, number and bytes, but not before webhooks and event
// sinks have received them. The log is truncated at its old end; a directory whose events exceed its own
// limit loses its oldest ones. Functions of a transaction, called by a job.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace scimd::service {

// The limits of the log. A value.
struct event_retention {
    std::chrono::days kept_for{90};
    std::int64_t events_max = 10'000'000;
    std::int64_t bytes_max = std::int64_t{20} << 30;  // of all events
    std::int64_t directory_bytes_max = std::int64_t{5}
                                       << 30;  // of one directory, unless it has its own limit

    friend bool operator==(const event_retention&, const event_retention&) = default;
};

// The last event that has expired. One call finds at most the oldest 20,000 surplus events; the next call
// finds more.
event_id expired_up_to(store::transaction& tx, const event_retention& limits);

// The next directory after `after` whose events exceed its limit and can partly be deleted.
std::optional<directory_id> next_with_surplus(store::transaction& tx, const event_retention& limits,
        std::optional<event_id> held_from, directory_id after = {});

// Deletes the directory's oldest surplus events, `rows_max` at most; returns their number.
std::int64_t delete_surplus(store::transaction& tx, const event_retention& limits, directory_id directory,
        std::optional<event_id> held_from, std::int64_t rows_max);

// Whether an event up to that position can be deleted: pending webhook deliveries and everything from
// `held_from` on are kept.
bool has_deletable(store::transaction& tx, event_id up_to, std::optional<event_id> held_from);

// Deletes the oldest of these events, `rows_max` at most; returns their number. Fewer than `rows_max`: none
// is left.
std::int64_t delete_events(
        store::transaction& tx, event_id up_to, std::optional<event_id> held_from, std::int64_t rows_max);

}  // namespace scimd::service
