// Forwards the event log to one event sink (scimd/event.hpp), in the order of commit, on a thread of its own.
//
// Commits only notify and never wait for a sink. Events that it has not taken stay in the log
// (jobs/retention_jobs.hpp).
#pragma once

#include "base/id.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "scimd/event.hpp"
#include "store/engine/database.hpp"
#include "store/events.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace scimd::app {

// All outlive the forwarder.
struct event_forwarder_dependencies {
    store::database& database;
    logger& log;
    metrics_registry& metrics;
    std::string_view sink_name;                       // the label of the metrics; a static text
    const std::atomic<bool>* is_cancelled = nullptr;  // once it is set, stop() does not wait for the sink
};

// Any thread, unless a function says otherwise.
class event_forwarder {
public:
    // The sink outlives it. Begins behind `start`; 0: with the oldest event in the log.
    event_forwarder(const event_forwarder_dependencies& dependencies, event_sink& to, event_id start);
    event_forwarder(const event_forwarder&) = delete;
    event_forwarder& operator=(const event_forwarder&) = delete;
    ~event_forwarder() { stop(); }

    // `call` gets the last event that was taken, after each batch and each second, on the forwarder's thread;
    // it must not throw. Before start().
    void on_progress(std::function<void(event_id)> call) { on_progress_ = std::move(call); }

    void start();

    // Called after a commit. Does not wait for the sink.
    void notify() noexcept;

    // Forwards the events that are left, for two seconds at most and as long as the sink accepts them. May be
    // called again.
    void stop();

    // Counts the events that the sink has not taken, up to `lag_events_max`, for the metrics.
    void measure_lag();
    static constexpr std::int64_t lag_events_max = 10'000;

    // The first event that the sink has not taken, which retention must keep; empty: it wants no more.
    [[nodiscard]] std::optional<event_id> needed() const;

private:
    using batch = std::vector<store::events::event>;

    void run();
    batch read_batch();
    bool forward(const batch& events);  // false: not all were taken
    sink_result offer(const store::events::event& next);
    [[nodiscard]] bool is_ending() const;
    void wait_for(std::chrono::milliseconds time_max, bool ends_with_notification);

    const event_forwarder_dependencies dependencies_;
    event_sink& to_;
    counter& failures_;
    gauge& lag_;
    std::function<void(event_id)> on_progress_ = [](event_id) {};
    std::atomic<std::int64_t> position_;
    std::atomic<bool> has_ended_{false};
    std::mutex lock_;
    std::condition_variable notified_;
    bool is_notified_ = true;
    bool is_stopping_ = false;
    std::chrono::steady_clock::time_point end_by_;  // set by stop()
    std::thread thread_;
};

// The metric of failures: the forwarder counts exceptions, a sink may count failures that it detects itself.
counter& event_sink_failures(metrics_registry& metrics, std::string_view sink_name);

}  // namespace scimd::app
