// What directories need beside their requests: the rest of a removal, of a change of roles or of very many
// memberships, warnings before secrets end.
#pragma once

#include "base/id.hpp"
#include "jobs/scheduler.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

namespace scimd::app {

// Every piece of work is a transaction of its own, so that requests get their turn in between, and what an
// end of the process interrupts goes on after the next start.
class directory_care {
public:
    directory_care(store::database& database, const scim::catalogue_set& schemas, environment_id environment);

    void add_jobs(background& to);

private:
    void recount_roles();
    void tell_groups();
    void finish_memberships();
    void review_domains();

    store::database& database_;
    const scim::catalogue_set& schemas_;
    service::origin system_;
    directory_id last_recounted_;  // the next turn begins behind it
    directory_id last_told_;       // the same
};

}  // namespace scimd::app
