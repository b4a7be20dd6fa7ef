#include "app/line_sink.hpp"

#include <climits>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <poll.h>

namespace scimd::app {
namespace {

constexpr int poll_interval_ms = 50;  // how late an end is noticed

// POSIX: a pipe that can be written to has room for so much, so that the write does not block.
constexpr std::size_t write_bytes_max = PIPE_BUF;

bool may_come_again(int problem)
{
    return problem == EINTR || problem == EAGAIN;
}

}  // namespace

uptake line_sink::take(const event& what)
{
    return write(what.body + '\n');
}

uptake line_sink::write(std::string_view text)
{
    while (!text.empty()) {
        pollfd one{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&one, 1, poll_interval_ms);
        if (ready < 0 && !may_come_again(errno))
            return uptake::never;
        if (ready <= 0 || (one.revents & POLLOUT) == 0) {
            if ((one.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
                return uptake::never;
            if (std::chrono::steady_clock::now() >= end_by_.load())
                return uptake::later;
            continue;
        }
        const auto piece = text.substr(0, write_bytes_max);
        const ssize_t written = ::write(descriptor_, piece.data(), piece.size());
        if (written < 0 && !may_come_again(errno))
            return uptake::never;
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return uptake::done;
}

}  // namespace scimd::app
