#include "service/token_usage.hpp"

#include <algorithm>
#include <utility>

namespace scimd::service {

void token_usage::note(secret_id token, time_point when)
{
    const std::scoped_lock lock(mutex_);
    auto& last = last_used_[token];
    last = std::max(last, when);
}

std::map<secret_id, time_point> token_usage::take()
{
    const std::scoped_lock lock(mutex_);
    return std::exchange(last_used_, {});
}

}  // namespace scimd::service
