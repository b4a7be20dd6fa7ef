// Graceful shutdown: handles SIGTERM and SIGINT, and enforces the drain deadline (a watchdog).
//
// It has a thread of its own, so that no thread that computes or waits for the disk can delay it.
#pragma once

#include "base/log.hpp"
#include "base/log_queue.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace scimd::app {

enum class process_owner {
    scimd,        // handles signals, and ends the process as a last resort
    application,  // embeds the server, and does both itself
};

// Exit codes of a server, beside 0 after a graceful shutdown and 2 for a wrong configuration.
inline constexpr int exit_failed = 1;  // could not start, failed, or was ended by a second signal
inline constexpr int exit_late = 3;    // did not end in time

// How long the log may take to write its last lines when the process is ended by force.
inline constexpr std::chrono::milliseconds final_flush_max{150};

// Any thread.
class shutdown {
public:
    // Both arguments outlive it.
    shutdown(logger& log, log_queue& lines, process_owner owner);
    ~shutdown();
    shutdown(const shutdown&) = delete;
    shutdown& operator=(const shutdown&) = delete;

    // Handles SIGTERM and SIGINT from now on: the first signal calls `stop`, the second one ends the process.
    void take_signals(std::function<void()> stop);

    [[nodiscard]] bool owns_process() const noexcept { return owner_ == process_owner::scimd; }

    // A first signal calls nothing from now on; a second one still ends the process.
    void clear_stop();

    // Starts the watchdog: work that still runs after that time is cancelled, and if something does not end
    // even then, the process is ended. Further calls do nothing.
    void begin(std::chrono::milliseconds drain_time);

    // Whether running work must give up. Set once, at the drain deadline.
    [[nodiscard]] const std::atomic<bool>& is_cancelled() const noexcept { return is_cancelled_; }

private:
    void await_signal();
    void record_signal();
    void cancel();
    void end_process(std::string_view event, int exit_code);

    logger& log_;
    log_queue& lines_;
    const process_owner owner_;
    std::atomic<bool> is_cancelled_{false};
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    boost::asio::signal_set signals_{io_};
    boost::asio::steady_timer timer_{io_};
    bool has_begun_ = false;  // on the thread only, like the next one
    bool is_signalled_ = false;
    std::mutex lock_;  // for stop_
    std::function<void()> stop_;
    std::thread thread_;
};

}  // namespace scimd::app
