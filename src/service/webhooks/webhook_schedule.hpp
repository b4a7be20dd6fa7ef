// Retries of webhook deliveries: backoff with jitter, Retry-After, and when an endpoint is disabled. Pure:
// time and random numbers are parameters.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace scimd::service::webhooks {

constexpr std::size_t attempts_max = 20;  // of one delivery, whatever schedule its endpoint has
constexpr std::chrono::seconds retry_delay_max{7 * 24 * 3'600};

// The delays between attempts: the first attempt is made at once, the second after delays[0], and so on. The
// standard schedule makes ten attempts in about 76 hours.
struct retry_schedule {
    std::vector<std::chrono::seconds> delays;
    bool is_own = false;  // set for the endpoint: no minimum delay applies

    static const retry_schedule& standard();

    friend bool operator==(const retry_schedule&, const retry_schedule&) = default;
};

// The result of an attempt.
struct outcome {
    int status = 0;  // HTTP status; 0: no complete response arrived
    bool is_timeout = false;
    std::optional<std::chrono::seconds> retry_after;

    // Only 2xx is a success: redirects are not followed, so that they deliver nothing.
    [[nodiscard]] bool is_success() const noexcept { return status >= 200 && status < 300; }
    [[nodiscard]] bool is_gone() const noexcept { return status == 410; }
};

// An attempt that has been made.
struct attempt {
    int number = 1;  // from 1
    const retry_schedule* schedule = &retry_schedule::standard();
    std::uint32_t draw = 0;  // random, uniform over all values
};

// The steps that can follow an attempt.
struct done {};
struct retry {
    time_point at;
};
struct give_up {};           // the last attempt of the schedule
struct disable_endpoint {};  // 410: the receiver wants no more deliveries
using step = std::variant<done, retry, give_up, disable_endpoint>;

// The next delay is the schedule's with a jitter of up to a fifth in both directions. Retry-After sets it
// within once and twice the schedule's delay. After a timeout or a 429 it is at least a minute, unless the
// schedule is the endpoint's own.
step next_step(const attempt& made, const outcome& result, time_point now);

// The recent failures of an endpoint.
struct health {
    std::optional<time_point> failing_since;  // empty: the last attempt succeeded, or there was none
    std::optional<time_point> last_failure;
    std::int64_t failures = 0;  // since then

    friend bool operator==(const health&, const health&) = default;
};

constexpr std::chrono::hours hopeless_after{120};
constexpr std::chrono::hours failure_gap_max{30};  // longer than the longest pause of the standard schedule
constexpr std::int64_t hopeless_failures_min = 5;

// The health after an attempt. A failure long after the one before it starts a new series of failures.
health health_after(const health& before, const outcome& result, time_point now);

// Whether the endpoint has had nothing but failures for 120 hours, so that it is to be disabled.
bool is_hopeless(const health& state, time_point now);

}  // namespace scimd::service::webhooks
