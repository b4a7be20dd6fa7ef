#include "webhooks/tenant_limiter.hpp"

namespace scimd::webhooks {

bool tenant_limiter::admits(organization_id tenant) const {
    const auto own = requests_of_.find(tenant);
    return requests_ + (own == requests_of_.end() ? 0 : own->second) < requests_max_;
}

bool tenant_limiter::admit_or_wait(organization_id tenant, webhook_id endpoint) {
    const bool is_admitted = admits(tenant);
    if (!is_admitted)
        waiting_[tenant].insert(endpoint);
    return is_admitted;
}

void tenant_limiter::add(organization_id tenant) {
    ++requests_;
    ++requests_of_[tenant];
}

void tenant_limiter::remove(organization_id tenant) {
    --requests_;
    if (const auto own = requests_of_.find(tenant); --own->second == 0)
        requests_of_.erase(own);
}

void tenant_limiter::take_waiting(std::set<webhook_id>& into) {
    for (auto one = waiting_.begin(); one != waiting_.end();) {
        if (!admits(one->first)) {
            ++one;
            continue;
        }
        into.merge(one->second);
        one = waiting_.erase(one);
    }
}

}  // namespace scimd::webhooks
