// How many requests a directory may send: a token bucket for each. Any thread.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/token_buckets.hpp"

#include <cstddef>
#include <cstdint>

namespace scimd::service {

struct request_rate {
    std::int64_t per_second = 0;  // 0: no limit
    std::int64_t burst = 0;       // how many may come at once
};

constexpr std::int64_t request_rate_max = 1'000'000;  // per second
constexpr std::int64_t request_burst_max = 100'000'000;

class rate_limiter {
public:
    // One with a limit: see request_rate.
    explicit rate_limiter(const request_rate& limit);

    // Counts a request.
    rate_limit_status take(directory_id of, time_point now);

    // Of how many directories something is kept.
    [[nodiscard]] std::size_t known() const { return buckets_.known(); }

private:
    token_buckets<std::int64_t> buckets_;
};

}  // namespace scimd::service
