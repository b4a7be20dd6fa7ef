#include "service/auth/login_rate_limit.hpp"

#include <algorithm>

namespace scimd::service {
namespace {

constexpr std::int64_t interval_us = std::chrono::microseconds(failure_interval).count();

// More than many threads together can be ahead: the clock was set back.
constexpr std::int64_t ahead_max_us = std::chrono::microseconds(std::chrono::hours(24)).count();

std::int64_t microseconds(time_point when) {
    return when.time_since_epoch().count();
}

}  // namespace

login_rate_limit::login_rate_limit(random_source& random)
        : forgiven_at_(std::make_unique<std::array<std::atomic<std::int64_t>, slots>>()) {
    random.fill(key_);
}

bool login_rate_limit::may_try(std::string_view name, time_point now) const {
    const auto ahead = slot_of(name) - microseconds(now);
    return ahead <= (failures_at_once - 1) * interval_us || ahead > ahead_max_us;
}

void login_rate_limit::note_failure(std::string_view name, time_point now) {
    auto& slot = slot_of(name);
    auto before = slot.load();
    auto after = before;
    do {
        const auto wall = microseconds(now);
        after = (before - wall > ahead_max_us ? wall : std::max(before, wall)) + interval_us;
    } while (!slot.compare_exchange_weak(before, after));
}

std::atomic<std::int64_t>& login_rate_limit::slot_of(std::string_view name) const {
    const auto digest = hmac_sha256(key_, name);
    const auto slot = std::to_integer<std::size_t>(digest[0]) << 8U | std::to_integer<std::size_t>(digest[1]);
    return (*forgiven_at_)[slot];
}

}  // namespace scimd::service
