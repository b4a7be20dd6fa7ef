// The end of a run: takes the signals that ask for it, and sees that it comes in time.
//
// On a thread of its own, so that no thread that computes, or waits for the disk, can hold it up.
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
    scimd,        // signals are taken, and the process is ended when nothing else helps
    application,  // which has the server inside: both are its own affair
};

// The exit codes of a server, beside 0 after a drain and 2 for a bad configuration.
inline constexpr int exit_failed = 1;  // it could not start, failed, or a second signal ended it
inline constexpr int exit_late = 3;    // it did not come to its end in time

// For the last lines of a log that may not be read, when there is no more time.
inline constexpr std::chrono::milliseconds last_words_patience{150};

class shutdown {
public:
    // Both outlive it.
    shutdown(logger& log, log_queue& lines, process_owner owner);
    ~shutdown();
    shutdown(const shutdown&) = delete;
    shutdown& operator=(const shutdown&) = delete;

    // Takes SIGTERM and SIGINT from now on: the first one calls `stop`, the second one ends the process.
    void take_signals(std::function<void()> stop);

    [[nodiscard]] bool owns_process() const noexcept { return owner_ == process_owner::scimd; }

    // A signal calls nothing any more, but a second one still ends the process.
    void clear_stop();

    // What still runs when that time has passed is cancelled, and when something does not end even then the
    // process does. Any thread; the first call counts.
    void begin(std::chrono::milliseconds patience);

    // Whether work is to be abandoned. Set once, at the drain deadline.
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
    bool has_begun_ = false;  // of the thread, as the next one
    bool is_signalled_ = false;
    std::mutex lock_;  // of `stop_`
    std::function<void()> stop_;
    std::thread thread_;
};

}  // namespace scimd::app
