#include "service/limits/rate_limit.hpp"

namespace scimd::service {

rate_limiter::rate_limiter(const request_rate& limit)
    : buckets_({.per_second = limit.per_second, .burst = limit.burst})
{
}

rate_limit_status rate_limiter::take(directory_id directory, time_point now)
{
    return buckets_.take(directory.value, now.time_since_epoch());
}

}  // namespace scimd::service
