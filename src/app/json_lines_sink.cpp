#include "app/json_lines_sink.hpp"

#include <climits>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <system_error>

namespace scimd::app {
namespace {

constexpr int poll_interval_ms = 50;  // how late a shutdown is noticed

// POSIX: a pipe that poll() reports writable has room for this many bytes, so that the write does not block.
constexpr std::size_t write_bytes_max = PIPE_BUF;

constexpr std::string_view reader_gone = "its reader has gone";

bool may_come_again(int problem) {
    return problem == EINTR || problem == EAGAIN;
}

bool has_reader_gone(short events) {
    return (events & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

}  // namespace

sink_result json_lines_sink::take(const event& next) {
    if (next.id != partial_event_) {
        partial_event_ = next.id;
        rest_ = next.body + '\n';
    }
    return write();
}

sink_result json_lines_sink::write() {
    while (!rest_.empty()) {
        pollfd one{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&one, 1, poll_interval_ms);
        if (ready < 0 && !may_come_again(errno))
            return fail(std::generic_category().message(errno), false);
        if (has_reader_gone(one.revents))
            return fail(std::string(reader_gone), true);
        if (ready <= 0) {
            if (is_over())
                return sink_result::retry;
            continue;
        }
        const ssize_t written = ::write(descriptor_, rest_.data(), std::min(rest_.size(), write_bytes_max));
        if (written < 0 && errno == EPIPE)
            return fail(std::string(reader_gone), true);
        if (written < 0 && !may_come_again(errno))
            return fail(std::generic_category().message(errno), false);
        rest_.erase(0, static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    partial_event_.clear();
    set_problem({});
    return sink_result::accepted;
}

// A new reader, which a named pipe may get, begins with a whole line; on a disk that was full the line is
// continued.
sink_result json_lines_sink::fail(std::string reason, bool is_reader_gone) {
    if (is_reader_gone)
        partial_event_.clear();
    set_problem(std::move(reason));
    return sink_result::retry;
}

void json_lines_sink::look() {
    pollfd one{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    if (::poll(&one, 1, 0) >= 0 && has_reader_gone(one.revents))
        fail(std::string(reader_gone), true);
    else if (problem() == reader_gone)
        set_problem({});
}

bool json_lines_sink::is_over() const {
    return (is_cancelled_ && *is_cancelled_) || std::chrono::steady_clock::now() >= end_by_.load();
}

void json_lines_sink::set_problem(std::string reason) {
    const std::lock_guard hold(lock_);
    problem_ = std::move(reason);
}

std::string json_lines_sink::problem() const {
    const std::lock_guard hold(lock_);
    return problem_;
}

}  // namespace scimd::app
