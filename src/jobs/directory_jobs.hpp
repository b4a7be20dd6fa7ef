// Background jobs of directories: removal in batches, role recomputation, group events that are still to be
// published, the rest of large membership changes, domain reviews, and warnings before secrets expire.
#pragma once

#include "base/id.hpp"
#include "jobs/scheduler.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

namespace scimd::jobs {

// One thread: the scheduler's. The store keeps what is still to be done, so that the next start continues
// what the end of the process has interrupted.
class directory_jobs {
public:
    // Both references outlive it.
    directory_jobs(store::database& database, const scim::catalogue_set& schemas, environment_id environment);

    // The jobs refer to this, which outlives the scheduler's thread.
    void add_jobs(scheduler& scheduler);

private:
    // Batches: each returns whether there is more to do.
    bool remove_some(store::transaction& tx);
    bool recompute_roles(store::transaction& tx);
    bool publish_group_events(store::transaction& tx);
    bool finish_memberships(store::transaction& tx);

    void review_domains();

    store::database& database_;
    const scim::catalogue_set& schemas_;
    service::event_source system_;
    directory_id last_recomputed_;  // round-robin: the next batch is for a directory behind it
    directory_id last_published_;   // likewise
};

}  // namespace scimd::jobs
