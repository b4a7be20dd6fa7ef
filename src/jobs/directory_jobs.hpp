// What directories need beside their requests: the rest of a removal, of a change of roles or of very many
// memberships, warnings before secrets end.
#pragma once

#include "base/id.hpp"
#include "jobs/scheduler.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

namespace scimd::jobs {

// Every piece of work is a transaction of its own, so that requests get their turn in between, and what an
// end of the process interrupts goes on after the next start.
class directory_jobs {
public:
    directory_jobs(store::database& database, const scim::catalogue_set& schemas, environment_id environment);

    void add_jobs(scheduler& scheduler);

private:
    void recompute_roles();
    void publish_pending_groups();
    void finish_memberships();
    void review_domains();

    store::database& database_;
    const scim::catalogue_set& schemas_;
    service::event_source system_;
    directory_id last_recounted_;  // the next turn begins behind it
    directory_id last_published_;  // the same
};

}  // namespace scimd::jobs
