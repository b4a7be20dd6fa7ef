// Rate limit of requests: a token bucket for each directory. Any thread.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/token_buckets.hpp"

#include <cstddef>
#include <cstdint>

namespace scimd::service {

// The limit of every directory. A value.
struct request_rate {
    std::int64_t per_second = 0;  // 0: unlimited
    std::int64_t burst = 0;       // requests at once
};

constexpr std::int64_t request_rate_max = 1'000'000;  // per second
constexpr std::int64_t request_burst_max = 100'000'000;

// The buckets of all directories that have sent requests recently.
class rate_limiter {
public:
    explicit rate_limiter(const request_rate& limit)
            : buckets_({.per_second = limit.per_second, .burst = limit.burst}) {}

    // Counts a request and says whether it is within the limit.
    rate_limit_status take(directory_id directory, time_point now) {
        return buckets_.take(directory.value, now.time_since_epoch());
    }

    // The number of buckets in memory.
    [[nodiscard]] std::size_t known() const { return buckets_.known(); }

private:
    token_buckets<std::int64_t> buckets_;
};

}  // namespace scimd::service
