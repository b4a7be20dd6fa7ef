// `--event-sink stdout`: the log of events as JSON lines, from where the run before has come to.
//
// Each event comes at least once and in the order of commit. How far it has come is kept in the store, each
// second and at the end: after a kill the lines of the last moment come again. While they cannot be written
// the server is not ready, or ends, and they are tried again each second.
#pragma once

#include "app/event_forwarder.hpp"
#include "app/json_lines_sink.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "store/engine/database.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace scimd::app {

class stdout_sink {
public:
    // All outlive it. Throws what the store throws.
    stdout_sink(
        store::database& database,
        logger& log,
        metrics_registry& metrics,
        int descriptor,
        const std::atomic<bool>* is_cancelled = nullptr
    );
    stdout_sink(const stdout_sink&) = delete;
    stdout_sink& operator=(const stdout_sink&) = delete;
    ~stdout_sink() { stop(); }

    void start() { forwarder_.start(); }
    void notify() noexcept { forwarder_.notify(); }
    void measure_lag() { forwarder_.measure_lag(); }
    [[nodiscard]] std::optional<event_id> needed() const { return forwarder_.needed(); }

    // Called on the pump's thread each time that lines begin to fail. Before start().
    void on_failure(std::function<void()> call) { on_failure_ = std::move(call); }

    // Empty text: lines are written, or nobody has tried yet. Any thread.
    [[nodiscard]] std::string why_not_ready() const;

    // Writes what is there, for a moment. May be called again.
    void stop();

private:
    static event_id start_of(store::database& database, logger& log);
    void save_if_due(event_id position);
    void record_state();
    void save(event_id position);

    store::database& database_;
    logger& log_;
    counter& failures_;
    gauge& is_up_;
    std::function<void()> on_failure_ = [] {};
    std::string known_problem_;  // of the pump's thread
    json_lines_sink out_;
    event_id saved_;
    std::chrono::steady_clock::time_point save_at_{};  // not before
    event_forwarder forwarder_;
};

}  // namespace scimd::app
