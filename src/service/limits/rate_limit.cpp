#include "service/limits/rate_limit.hpp"

namespace scimd::service {

request_rates::request_rates(const request_rate& limit)
    : buckets_({.per_second = limit.per_second, .burst = limit.burst})
{
}

rate_standing request_rates::take(directory_id of, time_point now)
{
    return buckets_.take(of.value, now.time_since_epoch());
}

}  // namespace scimd::service
