// What the log of events needs beside the requests: its old end cut off, and that of the log of deliveries.
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
    std::chrono::days attempts_kept_for{90};  // of webhooks
};

// Every piece of work is a short transaction of its own, so that requests get their turn in between. One
// thread: that of the jobs.
class retention_jobs {
public:
    // The first event that a sink beside the webhooks is still to be told of; empty: there is none. Any
    // thread.
    using first_needed_event = std::function<std::optional<event_id>()>;

    retention_jobs(store::database& database, const clock& wall_clock, const retention_options& kept);

    void retain(first_needed_event sinks) { sinks_ = std::move(sinks); }  // before the jobs start
    void add_jobs(scheduler& scheduler);

    // One turn each. true: there is more to do at once.
    bool cut_events();
    bool cut_directories();  // those whose events have too many bytes
    bool cut_attempts();

private:
    store::database& database_;
    const clock& wall_clock_;
    const retention_options kept_;
    first_needed_event sinks_ = [] { return std::optional<event_id>(); };
    time_point look_at_{};  // at the events, not before
};

}  // namespace scimd::jobs
