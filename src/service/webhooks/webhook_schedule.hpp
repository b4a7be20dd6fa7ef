// What becomes of a webhook's delivery after an attempt, and of its endpoint. Pure: what time it is and what
// chance says is handed in.
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

constexpr std::size_t attempts_max = 20;  // of one delivery, whatever its endpoint asks for
constexpr std::chrono::seconds retry_delay_max{7 * 24 * 3'600};

// The pauses between attempts: the first attempt is made at once, the second after delays[0], and so on. Ten
// attempts in about 76 hours unless an endpoint has its own.
struct retry_schedule {
    std::vector<std::chrono::seconds> delays;
    bool is_own = false;  // given by the endpoint's owner, who is taken at the word

    static const retry_schedule& standard();

    friend bool operator==(const retry_schedule&, const retry_schedule&) = default;
};

// How an attempt ended.
struct outcome {
    int status = 0;  // of HTTP; 0: no whole response arrived
    bool is_timeout = false;
    std::optional<std::chrono::seconds> retry_after;

    // 2xx and nothing else: a redirect is not followed, so it has not delivered anything.
    [[nodiscard]] bool is_success() const noexcept { return status >= 200 && status < 300; }
    [[nodiscard]] bool is_gone() const noexcept { return status == 410; }
};

struct attempt {
    int number = 1;  // from 1
    const retry_schedule* schedule = &retry_schedule::standard();
    std::uint32_t draw = 0;  // evenly distributed over all its values
};

struct done {};
struct retry {
    time_point at;
};
struct give_up {};           // the last attempt of the schedule
struct disable_endpoint {};  // 410: its owner wants no more of them
using step = std::variant<done, retry, give_up, disable_endpoint>;

// The next delay is the schedule's with up to a fifth added or taken away. Retry-After moves it within once
// and twice the schedule's delay. After a timeout or a 429 it is a minute at least, unless the schedule is
// the endpoint's own.
step next_step(const attempt& made, const outcome& seen, time_point now);

// How an endpoint has been doing.
struct health {
    std::optional<time_point> failing_since;  // empty: its last attempt succeeded, or there was none
    std::optional<time_point> last_failure;
    std::int64_t failures = 0;  // since then

    friend bool operator==(const health&, const health&) = default;
};

constexpr std::chrono::hours hopeless_after{120};
constexpr std::chrono::hours failure_gap_max{30};  // longer than the longest pause of the standard schedule
constexpr std::int64_t hopeless_failures_min = 5;

// After an attempt. A failure that comes alone, long after the one before it, starts the clock again.
health health_after(const health& before, const outcome& seen, time_point now);

// Nothing but failures for 120 hours: whoever is there does not want to be asked any more.
bool is_hopeless(const health& state, time_point now);

}  // namespace scimd::service::webhooks
