// How long the log of events is kept: by age, number and bytes, and never shorter than webhooks and sinks
// need it. The log is cut off at its old end; a directory whose events have too many bytes loses its own
// oldest ones.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace scimd::service {

struct event_retention {
    std::chrono::days kept_for{90};
    std::int64_t events_max = 10'000'000;
    std::int64_t bytes_max = std::int64_t{20} << 30;           // of all events
    std::int64_t directory_bytes_max = std::int64_t{5} << 30;  // of a directory's, unless set for it

    friend bool operator==(const event_retention&, const event_retention&) = default;
};

// Up to where events have expired. Of what is too much the oldest 20,000 are looked at: the rest is for the
// next time.
event_id expired_up_to(store::transaction& tx, const event_retention& kept);

// The next directory behind `after` that has too many bytes of events, some of which nobody needs.
std::optional<directory_id> next_with_surplus(
    store::transaction& tx,
    const event_retention& kept,
    std::optional<event_id> held_from,
    directory_id after = {}
);

// Deletes the directory's oldest events that are too much, `rows_max` at most; returns how many.
std::int64_t delete_surplus(
    store::transaction& tx,
    const event_retention& kept,
    directory_id directory,
    std::optional<event_id> held_from,
    std::int64_t rows_max
);

// Whether there is any at or before that position which nobody needs: what webhook endpoints are still to be
// told stays, and everything from `held_from` on.
bool has_deletable(store::transaction& tx, event_id up_to, std::optional<event_id> held_from);

// Deletes the oldest of those, `rows_max` at most; returns how many. Fewer than that: there is nothing left.
std::int64_t delete_events(
    store::transaction& tx, event_id up_to, std::optional<event_id> held_from, std::int64_t rows_max
);

}  // namespace scimd::service
