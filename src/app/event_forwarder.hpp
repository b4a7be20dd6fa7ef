// Hands the log of events to one sink (scimd/event.hpp), in the order of commit, on a thread of its own.
//
// Commits only ring; they never wait for a sink. What it has not taken stays in the log (event_care).
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

// What it works with. All outlive it.
struct event_forwarder_dependencies {
    store::database& database;
    logger& log;
    metrics_registry& metrics;
    std::string_view sink_name;                       // a static text, of the metrics
    const std::atomic<bool>* is_cancelled = nullptr;  // once it is set, the end does not wait for the sink
};

class event_forwarder {
public:
    // The sink outlives it. Begins behind `start` (0: with the oldest that is kept).
    event_forwarder(const event_forwarder_dependencies& dependencies, event_sink& to, event_id start);
    event_forwarder(const event_forwarder&) = delete;
    event_forwarder& operator=(const event_forwarder&) = delete;
    ~event_forwarder() { stop(); }

    // Called on the pump's thread after each batch and each second, with the last event taken; must not
    // throw. Before start().
    void on_progress(std::function<void(event_id)> told) { on_progress_ = std::move(told); }

    void start();

    // Something has been committed. Any thread; does not wait for the sink.
    void notify() noexcept;

    // Hands over what is there, for two seconds at most and as long as the sink takes it. May be called
    // again.
    void stop();

    // Counts the events that the sink has not taken, up to `lag_events_max`, for the metrics. Any thread.
    void measure_lag();
    static constexpr std::int64_t lag_events_max = 10'000;

    // The first event that the sink is still to take; empty: it takes no more. Any thread.
    [[nodiscard]] std::optional<event_id> needed() const;

private:
    using batch = std::vector<store::events::event>;

    void run();
    batch read_batch();
    bool hand_over(const batch& what);  // false: not all
    sink_result offer(const store::events::event& one);
    [[nodiscard]] bool is_ending() const;
    void wait_for(std::chrono::milliseconds patience, bool ends_with_ring);

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
    std::chrono::steady_clock::time_point end_by_;  // once it is stopping
    std::thread thread_;
};

// Of the metrics: shared by the pump and by what knows better why a sink fails.
counter& event_sink_failures(metrics_registry& metrics, std::string_view sink_name);

}  // namespace scimd::app
