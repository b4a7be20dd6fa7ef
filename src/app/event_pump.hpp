// Hands the log of events to one sink (scimd/event.hpp), in the order of commit, on a thread of its own.
//
// Commits only ring; they never wait for a sink. What it has not taken stays in the log (event_care).
#pragma once

#include "base/id.hpp"
#include "base/log.hpp"
#include "scimd/event.hpp"
#include "store/events.hpp"
#include "store/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace scimd::app {

class event_pump {
public:
    // All outlive it. Begins behind `start` (0: with the oldest that is kept).
    event_pump(store::database& database, logger& log, event_sink& to, event_id start);
    event_pump(const event_pump&) = delete;
    event_pump& operator=(const event_pump&) = delete;
    ~event_pump() { stop(); }

    // Called on the pump's thread after each batch and each second, with the last event taken; must not
    // throw. Before start().
    void on_progress(std::function<void(event_id)> told) { told_ = std::move(told); }

    void start();

    // Something has been committed. Any thread; does not wait for the sink.
    void ring() noexcept;

    // Hands over what is there, for two seconds at most and as long as the sink takes it. May be called
    // again.
    void stop();

    // The first event that the sink is still to take; empty: it takes no more. Any thread.
    [[nodiscard]] std::optional<event_id> needed() const;

private:
    using batch = std::vector<store::events::event>;

    void run();
    batch read_batch();
    bool hand_over(const batch& what);  // false: not all
    uptake offer(const store::events::event& one);
    [[nodiscard]] bool is_ending() const;
    void wait_for(std::chrono::milliseconds patience, bool ends_with_ring);

    store::database& database_;
    logger& log_;
    event_sink& to_;
    std::function<void(event_id)> told_ = [](event_id) {};
    std::atomic<std::int64_t> position_;
    std::atomic<bool> has_ended_{false};
    std::mutex lock_;
    std::condition_variable rung_;
    bool has_rung_ = true;
    bool is_stopping_ = false;
    std::chrono::steady_clock::time_point end_by_;  // once it is stopping
    std::thread thread_;
};

}  // namespace scimd::app
