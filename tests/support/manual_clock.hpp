// A clock that a test sets and advances by hand. Any thread.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <chrono>

namespace scimd::test {

class manual_clock final : public clock {
public:
    // 2026-01-02T03:04:05Z.
    static constexpr time_point default_start =
            std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::seconds(11'045);

    explicit manual_clock(time_point start = default_start);

    [[nodiscard]] time_point now() const override;

    void set(time_point now);
    void advance(std::chrono::microseconds amount);  // a negative amount steps back

private:
    std::atomic<time_point::rep> microseconds_;
};

}  // namespace scimd::test
