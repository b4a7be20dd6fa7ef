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

namespace scimd::app {

struct kept_history {
    service::event_retention events;
    std::chrono::days attempts_kept_for{90};  // of webhooks
};

// Every piece of work is a short transaction of its own, so that requests get their turn in between. One
// thread: that of the jobs.
class event_care {
public:
    // The first event that a sink beside the webhooks is still to be told of; empty: there is none. Any
    // thread.
    using holder = std::function<std::optional<event_id>()>;

    event_care(store::database& database, const clock& wall, const kept_history& kept);

    void hold(holder sinks) { sinks_ = std::move(sinks); }  // before the jobs start
    void add_jobs(background& to);

    // One turn each. true: there is more to do at once.
    bool cut_events();
    bool cut_directories();  // those whose events have too many bytes
    bool cut_attempts();

private:
    store::database& database_;
    const clock& wall_;
    const kept_history kept_;
    holder sinks_ = [] { return std::optional<event_id>(); };
    time_point look_at_{};  // at the events, not before
};

}  // namespace scimd::app
