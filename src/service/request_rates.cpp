#include "service/request_rates.hpp"

#include <algorithm>

namespace scimd::service {
namespace {

constexpr std::size_t sweep_least = 1'024;

}  // namespace

request_rates::request_rates(const request_rate& limit)
    : burst_(std::max<std::int64_t>(1, limit.burst)),
      interval_(nanoseconds(std::chrono::seconds(1)) / limit.per_second),
      depth_(burst_ * interval_),
      sweep_at_(sweep_least)
{
}

rate_standing request_rates::take(directory_id of, time_point now)
{
    using std::chrono::ceil;
    using std::chrono::seconds;
    const auto at = std::chrono::duration_cast<nanoseconds>(now.time_since_epoch());
    const std::lock_guard hold(mutex_);
    if (full_at_.size() >= sweep_at_)
        forget_full(at);
    auto& full_at = full_at_.try_emplace(of.value, at).first->second;
    // A clock that was set back makes no bucket emptier than empty.
    full_at = std::clamp(full_at, at, at + depth_);
    rate_standing made{.limit = burst_};
    const auto filled = full_at + interval_;
    if (filled > at + depth_) {
        made.is_over = true;
        made.retry_after = std::max(seconds(1), ceil<seconds>(filled - at - depth_));
    } else {
        full_at = filled;
        made.remaining = (at + depth_ - full_at) / interval_;
    }
    made.reset = ceil<seconds>(full_at - at);
    return made;
}

std::size_t request_rates::known() const
{
    const std::lock_guard hold(mutex_);
    return full_at_.size();
}

// Done when their number has doubled: a constant cost for each request.
void request_rates::forget_full(nanoseconds now)
{
    std::erase_if(full_at_, [now](const auto& one) { return one.second <= now; });
    sweep_at_ = std::max(sweep_least, 2 * full_at_.size());
}

}  // namespace scimd::service
