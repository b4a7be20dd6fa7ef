// Rate limiter: token buckets of one size, one per key. Thread-safe.
//
// A bucket is stored as the time at which it will be full again, and a full bucket is not stored at all, so
// that memory is used only for keys that have taken tokens within the last burst.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace scimd {

struct bucket_size {
    std::int64_t per_second = 0;  // at least 1
    std::int64_t burst = 0;       // number of tokens that may be taken at once
};

// The state of a bucket after a request for a token, as rate limit headers report it.
struct rate_limit_status {
    bool is_over = false;  // no token was left
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::chrono::seconds reset{};        // until the bucket is full
    std::chrono::seconds retry_after{};  // until the next token is available; set only if is_over
};

template <class Key>
class token_buckets {
public:
    using nanoseconds = std::chrono::nanoseconds;

    explicit token_buckets(const bucket_size& size)
            : burst_(std::max<std::int64_t>(1, size.burst)),
              interval_(nanoseconds(std::chrono::seconds(1)) / size.per_second),
              depth_(burst_ * interval_) {}
    token_buckets(const token_buckets&) = delete;
    token_buckets& operator=(const token_buckets&) = delete;

    // Takes a token. `now` is the time since any fixed point.
    rate_limit_status take(const Key& of, nanoseconds now) {
        using std::chrono::ceil;
        using std::chrono::seconds;
        const std::lock_guard hold(mutex_);
        auto& full_at = full_at_of(of, now);
        rate_limit_status made{.limit = burst_};
        const auto filled = full_at + interval_;
        if (filled > now + depth_) {
            made.is_over = true;
            made.retry_after = std::max(seconds(1), ceil<seconds>(filled - now - depth_));
        } else {
            full_at = filled;
            made.remaining = (now + depth_ - full_at) / interval_;
        }
        made.reset = ceil<seconds>(full_at - now);
        return made;
    }

    // Reserves a token, ahead of time if none is left, and returns how long to wait for it. Empty: the wait
    // would exceed `patience`, and nothing was taken.
    std::optional<nanoseconds> reserve(const Key& of, nanoseconds now, nanoseconds patience) {
        const std::lock_guard hold(mutex_);
        auto& full_at = full_at_of(of, now, patience);
        const auto wait = full_at + interval_ - now - depth_;
        if (wait > patience)
            return std::nullopt;
        full_at += interval_;
        return std::max(wait, nanoseconds(0));
    }

    // Returns the number of keys that are stored.
    [[nodiscard]] std::size_t known() const {
        const std::lock_guard hold(mutex_);
        return full_at_.size();
    }

private:
    static constexpr std::size_t sweep_least = 1'024;

    // Limits the effect of a clock that was set back: a bucket is never emptier than empty.
    nanoseconds& full_at_of(const Key& of, nanoseconds now, nanoseconds in_advance = {}) {
        if (full_at_.size() >= sweep_at_)
            evict_full(now);
        auto& full_at = full_at_.try_emplace(of, now).first->second;
        full_at = std::clamp(full_at, now, now + depth_ + in_advance);
        return full_at;
    }

    // Removes full buckets. It runs when the number of keys has doubled, so that a call costs constant time
    // on average.
    void evict_full(nanoseconds now) {
        std::erase_if(full_at_, [now](const auto& one) { return one.second <= now; });
        sweep_at_ = std::max(sweep_least, 2 * full_at_.size());
    }

    const std::int64_t burst_;
    const nanoseconds interval_;  // between two tokens
    const nanoseconds depth_;     // time to fill an empty bucket
    mutable std::mutex mutex_;
    std::unordered_map<Key, nanoseconds> full_at_;
    std::size_t sweep_at_ = sweep_least;
};

}  // namespace scimd
