// A wall clock that does not believe in leaps: when the machine's wall clock and the time that has passed
// since part by much, it goes on by the time that has passed, and adopts the new time only when that has
// held.
//
// A wrong wall clock would end secrets and windows and cut off logs within seconds, and none of that can be
// undone when the clock is right again.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace scimd {

struct clock_reading {
    time_point wall;
    std::chrono::microseconds running;  // since some start; never steps, and goes on while the machine sleeps
};

// Any thread.
using clock_source = std::function<clock_reading()>;
clock_source machine_clock();

struct clock_guard_rules {
    std::chrono::microseconds forward_max = std::chrono::hours(1);     // a paused virtual machine catches up
    std::chrono::microseconds backward_max = std::chrono::minutes(5);  // as much as tokens are granted
    std::chrono::microseconds hold = std::chrono::minutes(10);         // so long a new time has to hold
};

// Steps within the limits are followed at once. Any thread.
class guarded_clock final : public clock {
public:
    explicit guarded_clock(clock_source source, const clock_guard_rules& rules = {});

    [[nodiscard]] time_point now() const override;

    // At a start, with the newest time that an earlier run has stored. A wall clock that is behind it has
    // leapt; one that is far ahead may be right, so it is followed, but not trusted until it has held.
    void resume_from(time_point newest);

    struct status {
        bool is_settled = true;             // no leap is waiting to hold: what is deleted by time may be
        std::chrono::microseconds ahead{};  // of the machine's clock, before the time that now() gives
        std::uint64_t leaps = 0;            // that were noticed
        std::uint64_t adopted = 0;          // of those, because they have held
        friend bool operator==(const status&, const status&) = default;
    };
    [[nodiscard]] status look() const;

private:
    struct leap {
        std::chrono::microseconds ahead;
        std::chrono::microseconds since;  // by the running clock
    };

    [[nodiscard]] time_point follow(const clock_reading& read) const;
    [[nodiscard]] bool is_leap(std::chrono::microseconds ahead) const;

    const clock_source source_;
    const clock_guard_rules rules_;
    mutable std::mutex lock_;
    mutable time_point base_;  // the time at `base_running_`
    mutable std::chrono::microseconds base_running_{};
    mutable std::optional<leap> leap_;                               // that has not held yet
    mutable std::optional<std::chrono::microseconds> trusted_from_;  // after a start, by the running clock
    mutable std::chrono::microseconds ahead_{};
    mutable std::uint64_t leaps_ = 0;
    mutable std::uint64_t adopted_ = 0;
};

}  // namespace scimd
