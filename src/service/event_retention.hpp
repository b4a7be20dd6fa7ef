// How long the log of events is kept: by age and by number, and never shorter than somebody is still to be
// told.
#pragma once

#include "base/id.hpp"
#include "store/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace scimd::service {

struct event_retention {
    std::chrono::days kept_for{90};
    std::int64_t events_max = 10'000'000;

    friend bool operator==(const event_retention&, const event_retention&) = default;
};

// Up to where events have expired. Of what is too much the oldest 20,000 are looked at: the rest is for the
// next time.
event_id expired_up_to(store::transaction& tx, const event_retention& kept);

// Whether there is any at or before that position which nobody needs: what webhook endpoints are still to be
// told stays, and everything from `held_from` on.
bool has_deletable(store::transaction& tx, event_id up_to, std::optional<event_id> held_from);

// Deletes the oldest of those, `rows_max` at most; returns how many. Fewer than that: there is nothing left.
std::int64_t delete_events(
    store::transaction& tx, event_id up_to, std::optional<event_id> held_from, std::int64_t rows_max
);

}  // namespace scimd::service
