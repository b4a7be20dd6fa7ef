// Background jobs for changes of very many memberships, executed in steps of one transaction each, so that
// other writers come in between: a large change of a group's members, and the deletion of a group with very
// many members or of a user in very many groups (docs/decisions/0031).
//
// The first transaction stores the job and its parts (store/membership_jobs.hpp); each further transaction
// executes one part, with its events, and deletes it. A job therefore continues after a restart of the
// process. A resource has at most one job: the next write on it completes that job first.
//
// Thread contract: that of the transaction.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/caller.hpp"
#include "service/groups/membership.hpp"
#include "service/scim/provisioning.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace scimd::service::membership_jobs {

// Memberships of a group that one transaction adds, removes or renames.
constexpr std::size_t members_at_once_max = 60;

// Groups that one transaction removes a deleted member from: each costs an event and a new version.
constexpr std::size_t groups_at_once_max = 150;

// How much operations on a group look at, known before anything is read.
struct reach {
    std::size_t named = 0;   // members named by the operations
    bool is_of_all = false;  // the operations look at all members of the group
};
reach reach_of(const std::vector<scim::membership_operation>& operations);

// Splits a plan into parts of one transaction each, serialized for the store. Pure.
std::vector<std::string> parts_of(const membership_plan& plan);

// Parts that one transaction stores: those of 6,000 memberships.
constexpr std::size_t parts_at_once_max = 100;

// Parts whose job was never begun, because the request or the process ended, are removed after that time.
constexpr std::chrono::minutes abandoned_after{10};

// Stores parts of a change before its job begins. `job` is the number returned for the parts before, 0 for
// the first ones. `before` is the number of parts stored so far. Returns the number of the job.
std::int64_t write_parts(
        store::transaction& tx, std::int64_t job, std::size_t before, std::span<const std::string> parts);

// The number of stored parts of a job.
std::size_t count_parts(store::transaction& tx, std::int64_t job);

// Begins the job of a change of more than members_at_once_max memberships. The group must have no other job.
// `job` is the number under which all parts have been stored; 0: they are stored now.
void begin_change(store::transaction& tx, const caller& caller, resource_id group, std::int64_t job,
        std::span<const std::string> parts);

// Whether the resource has an unfinished job.
bool has_job(store::transaction& tx, directory_id directory, resource_id resource);

// Deletes some parts of a change that will not begin; false: there were none.
bool discard_parts(store::transaction& tx, std::int64_t job);

// Deletes some of the abandoned parts; false: there were none.
bool discard_abandoned_parts(store::transaction& tx);

// Publishes that a user has been released from a hold by the event `caused_by`: its groups show it from now
// on. Groups beyond the limit of a transaction become a job.
void publish_gained_groups(store::transaction& tx, const caller& caller, resource_id user,
        const std::vector<store::resources::membership>& groups, const std::string& caused_by);

// Begins the job of a deletion and returns true when the resource has too many memberships to be deleted in
// one transaction and its preconditions hold; the deletion is noted in the request log, too. False: remove()
// is to be called, which also reports a resource that does not exist.
result<bool> begin_removal(store::transaction& tx, const caller& caller, const target& target);

// Executes the next step of the job of a resource; false: it has none.
bool run_next_step(store::transaction& tx, const scim::catalogue_set& schemas, directory_id directory,
        resource_id resource);

// Executes the next step of the oldest job created before `made_before`; false: there is none.
bool run_oldest_step(store::transaction& tx, const scim::catalogue_set& schemas, time_point made_before);

// Removes some memberships of a resource whose directory is being deleted, without events, when they are too
// many to be removed with the resource; false: they are not.
bool trim(store::transaction& tx, directory_id directory, resource_id resource);

}  // namespace scimd::service::membership_jobs
