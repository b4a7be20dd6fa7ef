#include "base/clock.hpp"

#include <algorithm>

namespace scimd {

namespace {

constexpr time_point snowflake_epoch = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);
constexpr int count_bits = 22;

class system_clock final : public clock {
public:
    [[nodiscard]] time_point now() const override {
        return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
};

}  // namespace

std::int64_t first_id_at(time_point when) {
    const auto elapsed = std::chrono::floor<std::chrono::milliseconds>(when - snowflake_epoch);
    return std::max<std::int64_t>(elapsed.count(), 0) << count_bits;
}

std::unique_ptr<clock> make_system_clock() {
    return std::make_unique<system_clock>();
}

std::int64_t id_source::next() {
    const auto candidate = first_id_at(wall_clock_.now());
    const std::lock_guard lock(mutex_);
    // A full counter runs into the next millisecond; a clock that was set back continues from the last id.
    last_ = std::max(candidate, last_ + 1);
    return last_;
}

void id_source::raise(std::int64_t floor) {
    const std::lock_guard lock(mutex_);
    last_ = std::max(last_, floor);
}

}  // namespace scimd
