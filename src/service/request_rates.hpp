// How many requests a directory may send: a token bucket for each. Any thread.
//
// Of a bucket nothing is kept but when it will be full again, and nothing of a full one: the memory is that
// of the directories that have sent requests within the last burst.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace scimd::service {

struct request_rate {
    std::int64_t per_second = 0;  // 0: no limit
    std::int64_t burst = 0;       // how many may come at once
};

constexpr std::int64_t request_rate_max = 1'000'000;  // per second
constexpr std::int64_t request_burst_max = 100'000'000;

// What a client is told of its bucket.
struct rate_standing {
    bool is_over = false;  // this request is one too many
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::chrono::seconds reset{};        // until the bucket is full
    std::chrono::seconds retry_after{};  // until the next request will do; of one too many alone
};

class request_rates {
public:
    // One with a limit: see request_rate.
    explicit request_rates(const request_rate& limit);
    request_rates(const request_rates&) = delete;
    request_rates& operator=(const request_rates&) = delete;

    // Counts a request.
    rate_standing take(directory_id of, time_point now);

    // Of how many directories something is kept.
    [[nodiscard]] std::size_t known() const;

private:
    using nanoseconds = std::chrono::nanoseconds;

    void forget_full(nanoseconds now);

    const std::int64_t burst_;
    const nanoseconds interval_;  // until one more may come
    const nanoseconds depth_;     // of a bucket, from empty to full
    mutable std::mutex mutex_;
    std::unordered_map<std::int64_t, nanoseconds> full_at_;  // since 1970, by directory
    std::size_t sweep_at_;                                   // so many are looked through
};

}  // namespace scimd::service
