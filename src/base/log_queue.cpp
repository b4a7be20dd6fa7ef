#include "base/log_queue.hpp"

#include <climits>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <poll.h>
#include <string>
#include <utility>

namespace scimd {

namespace {

using std::chrono::milliseconds;

constexpr int log_poll_interval_ms = 50;  // how late the end of a write is noticed

// POSIX guarantees that a writable pipe has room for this much, so the write does not block.
constexpr std::size_t log_write_bytes_max = PIPE_BUF;

// Batches lines that come close together: a wake-up and a write for each would cost more than serving the
// requests that they report.
constexpr std::chrono::milliseconds log_gather_time{2};

bool is_temporary(int problem) {
    return problem == EINTR || problem == EAGAIN;
}

}  // namespace

struct log_queue::state {
    state(int to, log_queue_limits bounds) : descriptor(to), limits(bounds) {}

    void run();
    void push(std::string_view line);
    void drop(std::uint64_t lines);
    void record_outcome(bool is_written, std::uint64_t count);
    [[nodiscard]] bool is_half_empty() const;
    std::string take_some(std::uint64_t& count);
    bool write_out(std::string_view text);
    bool is_given_up();

    const int descriptor;
    const log_queue_limits limits;

    std::mutex lock;  // guards everything below
    std::condition_variable changed;
    std::condition_variable ended;
    std::deque<std::string> lines;
    std::size_t bytes = 0;
    bool is_dropping = false;  // from the first line that did not fit until the queue is half empty
    std::uint64_t dropped = 0;
    std::uint64_t unreported = 0;
    counter* drops = nullptr;
    bool is_closing = false;
    bool is_abandoned = false;
    bool has_ended = false;
};

void log_queue::state::push(std::string_view line) {
    bytes += line.size();
    lines.emplace_back(line);
}

void log_queue::state::drop(std::uint64_t count) {
    dropped += count;
    unreported += count;
    if (drops)
        drops->add(count);
}

bool log_queue::state::is_half_empty() const {
    return lines.size() <= limits.lines_max / 2 && bytes <= limits.bytes_max / 2;
}

// Records the outcome of a write. Dropped lines are reported after a successful write, when there is a reader
// or room on the disk again.
void log_queue::state::record_outcome(bool is_written, std::uint64_t count) {
    const std::lock_guard hold(lock);
    if (!is_written)
        drop(count);
    if (!is_half_empty())
        return;
    is_dropping = false;
    if (!is_written || unreported == 0)
        return;
    const auto missing = static_cast<std::int64_t>(std::exchange(unreported, 0));
    push(log_line(log_level::warning, "log.lines_dropped", {{"lines", missing}}));
}

// Takes complete lines for one write, or a single longer line. Empty: the end.
std::string log_queue::state::take_some(std::uint64_t& count) {
    std::unique_lock hold(lock);
    changed.wait(hold, [this] { return !lines.empty() || is_closing; });
    changed.wait_for(hold, log_gather_time, [this] { return bytes >= log_write_bytes_max || is_closing; });
    std::string text;
    count = 0;
    while (!lines.empty() && (text.empty() || text.size() + lines.front().size() <= log_write_bytes_max)) {
        bytes -= lines.front().size();
        text += lines.front();
        lines.pop_front();
        ++count;
    }
    return text;
}

bool log_queue::state::is_given_up() {
    const std::lock_guard hold(lock);
    return is_abandoned;
}

// Returns false when the descriptor has no reader any more, or close() does not wait any longer.
bool log_queue::state::write_out(std::string_view text) {
    while (!text.empty()) {
        pollfd one{.fd = descriptor, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&one, 1, log_poll_interval_ms);
        if (is_given_up() || (ready < 0 && !is_temporary(errno)))
            return false;
        if (ready <= 0)
            continue;
        if ((one.revents & (POLLERR | POLLNVAL)) != 0)
            return false;
        const auto piece = text.substr(0, log_write_bytes_max);
        const ssize_t written = ::write(descriptor, piece.data(), piece.size());
        if (written < 0 && !is_temporary(errno))
            return false;
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return true;
}

void log_queue::state::run() {
    std::uint64_t count = 0;
    for (auto text = take_some(count); !text.empty(); text = take_some(count)) {
        record_outcome(write_out(text), count);
        if (is_given_up())
            break;
    }
    const std::lock_guard hold(lock);
    has_ended = true;
    ended.notify_all();
}

log_queue::log_queue(int descriptor, log_queue_limits limits)
        : state_(std::make_shared<state>(descriptor, limits)),
          thread_([shared = state_] { shared->run(); }) {}

log_queue::~log_queue() {
    close();
    bool has_ended = false;
    {
        const std::lock_guard hold(state_->lock);
        has_ended = state_->has_ended;
    }
    has_ended ? thread_.join() : thread_.detach();
}

void log_queue::write(std::string_view line) {
    if (line.empty())
        return;
    {
        const std::lock_guard hold(state_->lock);
        // A line longer than the whole queue is dropped alone.
        const bool has_room = state_->lines.size() < state_->limits.lines_max &&
                              state_->bytes + line.size() <= state_->limits.bytes_max;
        state_->is_dropping = !state_->lines.empty() && (state_->is_dropping || !has_room);
        if (state_->is_dropping || !has_room || state_->is_closing) {
            state_->drop(1);
            return;
        }
        const auto before = state_->bytes;
        state_->push(line);
        // The thread waits for the first line, and then until one write is full.
        if (before > 0 && (before >= log_write_bytes_max || state_->bytes < log_write_bytes_max))
            return;
    }
    state_->changed.notify_one();
}

logger::sink log_queue::sink() {
    return [this](std::string_view line) { write(line); };
}

void log_queue::count_in(counter* drops) {
    const std::lock_guard hold(state_->lock);
    state_->drops = drops;
    if (drops)
        drops->add(state_->dropped);
}

std::uint64_t log_queue::dropped() const {
    const std::lock_guard hold(state_->lock);
    return state_->dropped;
}

void log_queue::close(milliseconds patience) {
    std::unique_lock hold(state_->lock);
    state_->is_closing = true;
    state_->changed.notify_one();
    const auto is_over = [this] { return state_->has_ended; };
    if (state_->ended.wait_for(hold, patience, is_over))
        return;
    state_->is_abandoned = true;
    state_->ended.wait_for(hold, milliseconds(2 * log_poll_interval_ms), is_over);
}

}  // namespace scimd
