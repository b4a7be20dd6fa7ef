#include "webhooks/tenant_limiter.hpp"

namespace scimd::webhooks {

bool tenant_limiter::has_room(organization_id tenant) const
{
    const auto own = of_tenant_.find(tenant);
    return all_ + (own == of_tenant_.end() ? 0 : own->second) < most_;
}

bool tenant_limiter::has_room_or_wait(organization_id tenant, webhook_id endpoint)
{
    const bool has = has_room(tenant);
    if (!has)
        waiting_[tenant].insert(endpoint);
    return has;
}

void tenant_limiter::add(organization_id tenant)
{
    ++all_;
    ++of_tenant_[tenant];
}

void tenant_limiter::remove(organization_id tenant)
{
    --all_;
    if (const auto own = of_tenant_.find(tenant); --own->second == 0)
        of_tenant_.erase(own);
}

void tenant_limiter::take_waiting(std::set<webhook_id>& into)
{
    for (auto one = waiting_.begin(); one != waiting_.end();) {
        if (!has_room(one->first)) {
            ++one;
            continue;
        }
        into.merge(one->second);
        one = waiting_.erase(one);
    }
}

}  // namespace scimd::webhooks
