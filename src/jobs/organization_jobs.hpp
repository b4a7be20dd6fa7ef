// What organizations need beside their requests: domains watched, held users let out, removals ended.
#pragma once

#include "base/id.hpp"
#include "base/log.hpp"
#include "jobs/domain_checks.hpp"
#include "jobs/scheduler.hpp"
#include "net/dns/dns.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/domains/domains.hpp"
#include "store/engine/database.hpp"

#include <memory>

namespace scimd::jobs {

// The store and the resolver end after it has been stopped, in this order: the resolver, the store, this.
class organization_jobs {
public:
    organization_jobs(
        store::database& database,
        const scim::catalogue_set& schemas,
        const service::domains::domain_policy_config& policy,
        service::txt_look_up look_up,
        environment_id environment,
        logger& log
    );

    void add_jobs(scheduler& scheduler);
    void stop() { watch_.stop(); }

private:
    store::database& database_;
    const scim::catalogue_set& schemas_;
    environment_id environment_;
    domain_checks watch_;
};

}  // namespace scimd::jobs
