// Background jobs of organizations: domain checks over DNS, release of held users, and removal in batches.
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

// Its jobs run on the scheduler's thread. At shutdown the order is: stop() this, end the resolver (whose last
// answers still arrive here), close the store, destroy this.
class organization_jobs {
public:
    organization_jobs(store::database& database, const scim::catalogue_set& schemas,
            const service::domains::domain_policy_config& policy, service::txt_look_up look_up,
            environment_id environment, logger& log);

    void add_jobs(scheduler& scheduler);

    // Asks DNS nothing more and drops answers that still come. Any thread.
    void stop() { domain_checks_.stop(); }

private:
    store::database& database_;
    const scim::catalogue_set& schemas_;
    environment_id environment_;
    domain_checks domain_checks_;
};

}  // namespace scimd::jobs
