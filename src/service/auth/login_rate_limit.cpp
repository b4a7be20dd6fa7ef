#include "service/auth/login_rate_limit.hpp"

#include <algorithm>

namespace scimd::service {
namespace {

constexpr std::int64_t interval_us = std::chrono::microseconds(guess_interval).count();

// Not even many threads get further ahead with their guesses: the clock was set back.
constexpr std::int64_t ahead_max_us = std::chrono::microseconds(std::chrono::hours(24)).count();

std::int64_t microseconds(time_point when)
{
    return when.time_since_epoch().count();
}

}  // namespace

login_rate_limit::login_rate_limit(random_source& random)
    : forgiven_at_(std::make_unique<std::array<std::atomic<std::int64_t>, places>>())
{
    random.fill(key_);
}

bool login_rate_limit::may_try(std::string_view who, time_point now) const
{
    const auto ahead = place_of(who) - microseconds(now);
    return ahead <= (guesses_at_once - 1) * interval_us || ahead > ahead_max_us;
}

void login_rate_limit::note_failure(std::string_view who, time_point now)
{
    auto& place = place_of(who);
    auto before = place.load();
    auto after = before;
    do {
        const auto wall = microseconds(now);
        after = (before - wall > ahead_max_us ? wall : std::max(before, wall)) + interval_us;
    } while (!place.compare_exchange_weak(before, after));
}

std::atomic<std::int64_t>& login_rate_limit::place_of(std::string_view who) const
{
    const auto digest = hmac_sha256(key_, who);
    const auto place =
        std::to_integer<std::size_t>(digest[0]) << 8U | std::to_integer<std::size_t>(digest[1]);
    return (*forgiven_at_)[place];
}

}  // namespace scimd::service
