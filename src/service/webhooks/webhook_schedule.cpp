#include "service/webhooks/webhook_schedule.hpp"

#include <algorithm>

namespace scimd::service::webhooks {

namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr seconds throttled_delay_min{60};
constexpr int too_many_requests = 429;

// 0.8 to 1.2 times the delay.
microseconds with_jitter(microseconds delay, std::uint32_t draw) {
    const auto share = static_cast<double>(draw) / 4'294'967'296.0;
    return microseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * (0.8 + 0.4 * share)));
}

microseconds delay_after(const attempt& made, const outcome& result) {
    const microseconds planned = made.schedule->delays[static_cast<std::size_t>(made.number - 1)];
    auto delay = with_jitter(planned, made.draw);
    if (result.retry_after)
        delay = std::clamp(microseconds(*result.retry_after), planned, 2 * planned);
    const bool is_throttled = result.is_timeout || result.status == too_many_requests;
    if (is_throttled && !made.schedule->is_own)
        delay = std::max(delay, microseconds(throttled_delay_min));
    return delay;
}

}  // namespace

const retry_schedule& retry_schedule::standard() {
    constexpr int minute = 60;
    constexpr int hour = 3'600;
    static const retry_schedule schedule{.delays = {seconds(5), seconds(5 * minute), seconds(30 * minute),
                                                 seconds(2 * hour), seconds(5 * hour), seconds(10 * hour),
                                                 seconds(14 * hour), seconds(20 * hour), seconds(24 * hour)}};
    return schedule;
}

step next_step(const attempt& made, const outcome& result, time_point now) {
    if (result.is_success())
        return done{};
    if (result.is_gone())
        return disable_endpoint{};
    if (static_cast<std::size_t>(made.number) > made.schedule->delays.size())
        return give_up{};
    return retry{now + delay_after(made, result)};
}

health health_after(const health& before, const outcome& result, time_point now) {
    if (result.is_success())
        return {};
    const bool goes_on = before.failing_since && now - *before.last_failure <= failure_gap_max;
    return {
            .failing_since = goes_on ? before.failing_since : now,
            .last_failure = now,
            .failures = goes_on ? before.failures + 1 : 1,
    };
}

bool is_hopeless(const health& state, time_point now) {
    return state.failing_since && state.failures >= hopeless_failures_min &&
           now - *state.failing_since >= hopeless_after;
}

}  // namespace scimd::service::webhooks
