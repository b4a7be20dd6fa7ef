#include "app/shutdown.hpp"

#include <boost/asio/post.hpp>

#include <unistd.h>

#include <csignal>
#include <string_view>
#include <utility>

namespace scimd::app {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// From the drain deadline until the process is ended by force; with the final flush of the log less than a
// second.
constexpr milliseconds cancel_time_max{750};

}  // namespace

shutdown::shutdown(logger& log, log_queue& lines, process_owner owner)
        : log_(log), lines_(lines), owner_(owner), thread_([this] { io_.run(); }) {}

shutdown::~shutdown() {
    io_.stop();
    thread_.join();
}

void shutdown::take_signals(std::function<void()> stop) {
    if (!owns_process())
        return;
    {
        const std::lock_guard hold(lock_);
        stop_ = std::move(stop);
    }
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    asio::post(io_, [this] { await_signal(); });
}

void shutdown::clear_stop() {
    const std::lock_guard hold(lock_);
    stop_ = nullptr;
}

void shutdown::begin(milliseconds drain_time) {
    asio::post(io_, [this, drain_time] {
        if (std::exchange(has_begun_, true))
            return;
        timer_.expires_after(drain_time);
        timer_.async_wait([this](const boost::system::error_code& failed) {
            if (!failed)
                cancel();
        });
    });
}

void shutdown::await_signal() {
    signals_.async_wait([this](const boost::system::error_code& failed, int) {
        if (failed)
            return;
        record_signal();
        await_signal();
    });
}

void shutdown::record_signal() {
    if (std::exchange(is_signalled_, true))
        end_process("server.stopped_by_second_signal", exit_failed);
    const std::lock_guard hold(lock_);
    if (stop_)
        stop_();
}

void shutdown::cancel() {
    is_cancelled_ = true;
    log_.warning("server.work_cancelled");
    if (!owns_process())
        return;
    timer_.expires_after(cancel_time_max);
    timer_.async_wait([this](const boost::system::error_code& failed) {
        if (!failed)
            end_process("server.stopped_late", exit_late);
    });
}

// Safe at any point: everything acknowledged is on the disk, and the next start recovers as after a kill.
void shutdown::end_process(std::string_view event, int exit_code) {
    log_.error(event, {{"exit_code", exit_code}});
    lines_.close(final_flush_max);
    ::_exit(exit_code);
}

}  // namespace scimd::app
