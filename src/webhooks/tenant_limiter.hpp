// Requests under way, and whose: nobody has more of them than are left for everybody else. One has half of
// what there is, two that come together have a third each; of those that come one after the other each has
// half of what the ones before it have left.
#pragma once

#include "base/id.hpp"

#include <cstddef>
#include <map>
#include <set>

namespace scimd::webhooks {

class tenant_limiter {
public:
    explicit tenant_limiter(std::size_t most) : most_(most) {}

    [[nodiscard]] bool is_full() const noexcept { return all_ >= most_; }

    // Whether the tenant may have one more. If not, the endpoint is among those that wait.
    bool has_room_or_wait(organization_id tenant, webhook_id endpoint);
    void add(organization_id tenant);
    void remove(organization_id tenant);

    // Those that have waited and have room now.
    void take_waiting(std::set<webhook_id>& into);

private:
    [[nodiscard]] bool has_room(organization_id tenant) const;

    std::size_t most_;
    std::size_t all_ = 0;
    std::map<organization_id, std::size_t> of_tenant_;
    std::map<organization_id, std::set<webhook_id>> waiting_;
};

}  // namespace scimd::webhooks
