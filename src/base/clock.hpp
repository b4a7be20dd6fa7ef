// The wall clock and the numbers drawn from it. One of the two sources of nondeterminism (random.hpp is the
// other).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

namespace scimd {

// Microseconds since 1970-01-01T00:00:00Z.
using time_point = std::chrono::sys_time<std::chrono::microseconds>;

class clock {
public:
    virtual ~clock() = default;
    [[nodiscard]] virtual time_point now() const = 0;  // any thread
};

std::unique_ptr<clock> make_system_clock();

// The first snowflake of that millisecond; 0 before 2024.
std::int64_t first_id_at(time_point when);

// Snowflakes: 41 bits of milliseconds since 2024-01-01, 22 bits of count. Strictly increasing in one process,
// also when the wall clock steps back; `floor` carries that over a restart. Any thread.
class id_source {
public:
    explicit id_source(const clock& wall_clock) : wall_clock_(wall_clock) {}

    std::int64_t next();

    // No id up to and including `floor` is issued any more.
    void raise(std::int64_t floor);

private:
    const clock& wall_clock_;
    std::mutex mutex_;
    std::int64_t last_ = 0;
};

}  // namespace scimd
