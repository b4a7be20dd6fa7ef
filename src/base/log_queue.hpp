// Asynchronous log writer: a bounded queue of lines and a thread that writes them to a file descriptor.
//
// Logging never blocks on a slow reader of the log: lines are dropped and counted when the queue is full, and
// the line "log.lines_dropped" reports their number once the queue is half empty again.
#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>

namespace scimd {

struct log_queue_limits {
    std::size_t lines_max = 8'192;
    std::size_t bytes_max = 2 * 1024 * 1024;
};

// The queue. Thread-safe.
class log_queue {
public:
    // Does not close the descriptor.
    explicit log_queue(int descriptor, log_queue_limits limits = {});
    ~log_queue();  // calls close()
    log_queue(const log_queue&) = delete;
    log_queue& operator=(const log_queue&) = delete;

    // Queues a complete line, which must end in '
    // ', or drops it. Does not block. Any thread.
    void write(std::string_view line);

    // Returns a sink for a logger, which must not outlive this object.
    logger::sink sink();

    // Adds the number of dropped lines to a metric, including those dropped before, until count_in(nullptr).
    // Any thread.
    void count_in(counter* drops);
    [[nodiscard]] std::uint64_t dropped() const;

    // Accepts no further lines and writes those in the queue, for at most `patience`; the rest is lost. A
    // write that hangs is abandoned. May be called again. Any thread.
    void close(std::chrono::milliseconds patience = close_patience);

    static constexpr std::chrono::milliseconds close_patience{1'000};

private:
    struct state;

    std::shared_ptr<state> state_;  // shared with the thread, which may have to be abandoned
    std::thread thread_;
};

}  // namespace scimd
