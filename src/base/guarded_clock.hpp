// A wall clock that is protected against sudden jumps of the machine's clock. When the wall clock and the
// monotonic clock drift far apart, it continues by the monotonic clock, and adopts the new wall time only
// after the difference has persisted.
//
// A wrong wall clock would expire secrets and time windows and truncate logs within seconds, and correcting
// the clock would not undo any of that.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace scimd {

// Wall clock and monotonic clock, read together.
struct clock_reading {
    time_point wall;
    std::chrono::microseconds running;  // monotonic; continues while the machine sleeps
};

// Must be thread-safe.
using clock_source = std::function<clock_reading()>;
clock_source machine_clock();

// When a difference counts as a jump.
struct clock_guard_rules {
    std::chrono::microseconds forward_max = std::chrono::hours(1);  // a paused virtual machine may catch up
    std::chrono::microseconds backward_max =
            std::chrono::minutes(5);  // the clock skew that tokens are allowed
    std::chrono::microseconds hold =
            std::chrono::minutes(10);  // how long a new time must persist to be adopted
};

// The guarded clock. Differences within the limits are followed at once. Thread-safe.
class guarded_clock final : public clock {
public:
    explicit guarded_clock(clock_source source, const clock_guard_rules& rules = {});

    [[nodiscard]] time_point now() const override;

    // Continues after a restart; `newest` is the newest time that an earlier run has stored. A wall clock
    // behind it has jumped. One that is far ahead of it may be right: it is followed, but is not settled
    // until it has persisted.
    void resume_from(time_point newest);

    struct status {
        bool is_settled = true;             // no jump is pending: data may be deleted by age
        std::chrono::microseconds ahead{};  // machine's clock minus the time that now() returns
        std::uint64_t leaps = 0;            // number of jumps noticed
        std::uint64_t adopted = 0;          // number of those that persisted and were adopted
        friend bool operator==(const status&, const status&) = default;
    };
    [[nodiscard]] status look() const;

private:
    struct leap {
        std::chrono::microseconds ahead;
        std::chrono::microseconds since;  // monotonic time
    };

    [[nodiscard]] time_point follow(const clock_reading& read) const;
    [[nodiscard]] bool is_leap(std::chrono::microseconds ahead) const;

    const clock_source source_;
    const clock_guard_rules rules_;
    mutable std::mutex lock_;
    mutable time_point base_;  // the time at `base_running_`
    mutable std::chrono::microseconds base_running_{};
    mutable std::optional<leap> leap_;  // a jump that has not persisted long enough yet
    mutable std::optional<std::chrono::microseconds> trusted_from_;  // after a start; monotonic time
    mutable std::chrono::microseconds ahead_{};
    mutable std::uint64_t leaps_ = 0;
    mutable std::uint64_t adopted_ = 0;
};

}  // namespace scimd
