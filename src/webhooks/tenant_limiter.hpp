// A concurrency limit that is fair between tenants (organizations): a tenant never has more requests in
// flight than are left for all others. One alone gets half of them, two that start together a third each, and
// of tenants that start one after the other each gets half of what the earlier ones have left.
#pragma once

#include "base/id.hpp"

#include <cstddef>
#include <map>
#include <set>

namespace scimd::webhooks {

// One thread: that of the delivery loop.
class tenant_limiter {
public:
    explicit tenant_limiter(std::size_t requests_max) : requests_max_(requests_max) {}

    [[nodiscard]] bool is_full() const noexcept { return requests_ >= requests_max_; }

    // Whether the tenant may have one more request. If not, the endpoint is kept until take_waiting().
    bool admit_or_wait(organization_id tenant, webhook_id endpoint);
    void add(organization_id tenant);
    void remove(organization_id tenant);

    // Moves the endpoints that have waited and may go on now.
    void take_waiting(std::set<webhook_id>& into);

private:
    [[nodiscard]] bool admits(organization_id tenant) const;

    std::size_t requests_max_;
    std::size_t requests_ = 0;
    std::map<organization_id, std::size_t> requests_of_;
    std::map<organization_id, std::set<webhook_id>> waiting_;
};

}  // namespace scimd::webhooks
