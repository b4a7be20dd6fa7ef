// The wall clock, and the snowflake ids that are derived from it. The clock is one of the two sources of
// nondeterminism; random.hpp is the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

namespace scimd {

// Microseconds since 1970-01-01T00:00:00Z.
using time_point = std::chrono::sys_time<std::chrono::microseconds>;

// A wall clock that tests can replace.
class clock {
public:
    virtual ~clock() = default;
    [[nodiscard]] virtual time_point now() const = 0;  // any thread
};

std::unique_ptr<clock> make_system_clock();

// Returns the smallest snowflake id of that millisecond; 0 before 2024.
std::int64_t first_id_at(time_point when);

// Generator of snowflake ids: 41 bits of milliseconds since 2024-01-01, then a 22-bit counter. Ids increase
// strictly within a process, even when the wall clock steps back; raise() keeps this property across a
// restart. Thread-safe.
class id_source {
public:
    explicit id_source(const clock& wall_clock) : wall_clock_(wall_clock) {}

    std::int64_t next();

    // Ensures that no id up to and including `floor` is issued from now on.
    void raise(std::int64_t floor);

private:
    const clock& wall_clock_;
    std::mutex mutex_;
    std::int64_t last_ = 0;
};

}  // namespace scimd
