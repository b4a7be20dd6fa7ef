#include "service/guess_throttle.hpp"

#include <algorithm>

namespace scimd::service {
namespace {

constexpr std::int64_t interval_us = std::chrono::microseconds(guess_interval).count();

std::int64_t microseconds(time_point when)
{
    return when.time_since_epoch().count();
}

}  // namespace

guess_throttle::guess_throttle(random_source& random)
    : forgiven_at_(std::make_unique<std::array<std::atomic<std::int64_t>, places>>())
{
    random.fill(key_);
}

bool guess_throttle::may_try(std::string_view who, time_point now) const
{
    return place_of(who) - microseconds(now) <= (guesses_at_once - 1) * interval_us;
}

void guess_throttle::note_failure(std::string_view who, time_point now)
{
    auto& place = place_of(who);
    auto before = place.load();
    auto after = before;
    do {
        after = std::max(before, microseconds(now)) + interval_us;
    } while (!place.compare_exchange_weak(before, after));
}

std::atomic<std::int64_t>& guess_throttle::place_of(std::string_view who) const
{
    const auto digest = hmac_sha256(key_, who);
    const auto place =
        std::to_integer<std::size_t>(digest[0]) << 8U | std::to_integer<std::size_t>(digest[1]);
    return (*forgiven_at_)[place];
}

}  // namespace scimd::service
