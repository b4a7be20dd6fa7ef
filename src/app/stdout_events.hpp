// `--event-sink stdout`: the log of events as JSON lines, from where the run before has come to.
//
// Each event comes at least once and in the order of commit. How far it has come is kept in the store, each
// second and at the end: after a kill the lines of the last moment come again.
#pragma once

#include "app/event_pump.hpp"
#include "app/line_sink.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "store/store.hpp"

#include <chrono>
#include <optional>

namespace scimd::app {

class stdout_events {
public:
    // Both outlive it. Throws what the store throws.
    stdout_events(store::database& database, logger& log, int descriptor);
    stdout_events(const stdout_events&) = delete;
    stdout_events& operator=(const stdout_events&) = delete;
    ~stdout_events() { stop(); }

    void start() { pump_.start(); }
    void ring() noexcept { pump_.ring(); }
    [[nodiscard]] std::optional<event_id> needed() const { return pump_.needed(); }

    // Writes what is there, for a moment. May be called again.
    void stop();

private:
    static event_id start_of(store::database& database, logger& log);
    void note(event_id position);

    store::database& database_;
    line_sink out_;
    event_id saved_;
    std::chrono::steady_clock::time_point save_at_{};  // not before
    event_pump pump_;
};

}  // namespace scimd::app
