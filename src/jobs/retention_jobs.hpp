// Deletes old rows: events beyond their retention, webhook delivery attempts and dead letters, and responses
// kept for Idempotency-Key.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "jobs/scheduler.hpp"
#include "service/events/event_retention.hpp"
#include "store/engine/database.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace scimd::jobs {

struct retention_options {
    service::event_retention events;
    std::chrono::days attempts_kept_for{90};  // of webhook deliveries; dead letters as well
};

// One thread: the scheduler's. Each batch is a short transaction, so that requests come in between.
class retention_jobs {
public:
    // The first event that an event sink has not taken yet, which is kept with all behind it; empty: none.
    // Called on the scheduler's thread.
    using first_needed_event = std::function<std::optional<event_id>()>;

    retention_jobs(store::database& database, const clock& wall_clock, const retention_options& kept);

    void retain(first_needed_event sinks) { sinks_ = std::move(sinks); }  // before the scheduler starts
    void add_jobs(scheduler& scheduler);

    // Each deletes for a quarter of a second at most. true: there is more to delete.
    bool delete_old_events();
    bool delete_surplus_events();  // of directories that are beyond their quota of event bytes
    bool delete_old_attempts();

private:
    store::database& database_;
    const clock& wall_clock_;
    const retention_options kept_;
    first_needed_event sinks_ = [] { return std::optional<event_id>(); };
    time_point next_event_run_{};  // unless the clock is set back
};

}  // namespace scimd::jobs
