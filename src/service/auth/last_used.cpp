#include "service/auth/last_used.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace scimd::service {

void last_used_times::note(
        secret_id token, time_point when, std::string_view address, std::string_view agent) {
    agent = agent.substr(0, user_agent_bytes_max);
    if (!is_storable(agent))
        agent = {};
    const std::scoped_lock lock(mutex_);
    auto& last = last_used_[token];
    if (when < last.when)
        return;
    last.when = when;
    if (last.address != address)
        last.address = address;
    if (last.agent != agent)
        last.agent = agent;
}

std::map<secret_id, last_used_times::usage> last_used_times::take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(last_used_, {});
}

std::optional<last_used_times::usage> last_used_times::of(secret_id token) const {
    const std::scoped_lock lock(mutex_);
    const auto found = last_used_.find(token);
    return found == last_used_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace scimd::service
