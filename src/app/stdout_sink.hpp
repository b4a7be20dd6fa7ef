// `--event-sink stdout`: writes the event log as JSON lines, from where the previous run ended.
//
// At least once, in the order of commit. The position is saved in the store each second and at the end, so
// that after a kill the last lines are repeated. While lines cannot be written the server is not ready, or
// ends; writing is retried each second.
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

// Any thread, unless a function says otherwise.
class stdout_sink {
public:
    // All arguments outlive it. Throws what the store throws.
    stdout_sink(store::database& database, logger& log, metrics_registry& metrics, int descriptor,
            const std::atomic<bool>* is_cancelled = nullptr);
    stdout_sink(const stdout_sink&) = delete;
    stdout_sink& operator=(const stdout_sink&) = delete;
    ~stdout_sink() { stop(); }

    void start() { forwarder_.start(); }
    void notify() noexcept { forwarder_.notify(); }
    void measure_lag() { forwarder_.measure_lag(); }
    [[nodiscard]] std::optional<event_id> needed() const { return forwarder_.needed(); }

    // `call` runs on the forwarder's thread each time that writing begins to fail. Before start().
    void on_failure(std::function<void()> call) { on_failure_ = std::move(call); }

    // Empty: lines are written, or there were none yet.
    [[nodiscard]] std::string why_not_ready() const;

    // Writes the lines that are left, for two seconds at most. May be called again.
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
    std::string known_problem_;  // on the forwarder's thread
    json_lines_sink out_;
    event_id saved_;
    std::chrono::steady_clock::time_point save_at_{};  // not earlier
    event_forwarder forwarder_;
};

}  // namespace scimd::app
