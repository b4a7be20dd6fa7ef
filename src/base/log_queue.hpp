// Lines of the log on their way to a descriptor: a bounded queue, and a thread of its own that writes it.
//
// Whoever logs never waits for whoever reads: when the queue is full, lines are dropped and counted, and once
// it is half empty again the line "log.lines_dropped" says how many.
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

class log_queue {
public:
    // The descriptor stays open.
    explicit log_queue(int descriptor, log_queue_limits limits = {});
    ~log_queue();  // as close()
    log_queue(const log_queue&) = delete;
    log_queue& operator=(const log_queue&) = delete;

    // Takes a whole line, which ends in '\n', or drops it. Any thread; does not block.
    void write(std::string_view line);

    // For a logger, which this must outlive.
    logger::sink sink();

    // Counts the dropped lines there, those so far included, until count_in(nullptr). Any thread.
    void count_in(counter* drops);
    [[nodiscard]] std::uint64_t dropped() const;

    // Takes no more lines and writes those it has, for that long at most; the rest is given up. A write that
    // hangs is left to itself. May be called again. Any thread.
    void close(std::chrono::milliseconds patience = close_patience);

    static constexpr std::chrono::milliseconds close_patience{1'000};

private:
    struct state;

    std::shared_ptr<state> state_;  // shared with the thread, which may have to be left behind
    std::thread thread_;
};

}  // namespace scimd
