// Changes of very many memberships, applied in pieces so that other writers come in between: of a group's
// members by one request, and the deletion of a group with very many members or of a user in very many
// groups.
//
// The first transaction writes down what is to be done (store/membership_jobs.hpp); each further one does a
// piece of it, with its events, and crosses it off. So it goes on where it was after an end of the process. A
// resource has one job at a time: the next write on it does what is left of that first.
// docs/decisions/0031.
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

// Of one transaction: memberships of a group that come, go or are renamed.
constexpr std::size_t members_at_once_max = 60;

// And groups that lose a member that is being deleted: each is an event and a new version.
constexpr std::size_t groups_at_once_max = 150;

// What operations on a group look at before anything of it is read.
struct reach {
    std::size_t named = 0;   // members that they name
    bool is_of_all = false;  // they look at all members that the group has
};
reach reach_of(const std::vector<scim::membership_operation>& operations);

// What each transaction of a change does, as text for the store. Needs no transaction.
std::vector<std::string> parts_of(const membership_plan& plan);

// Parts that are written in one transaction: those of 6,000 memberships.
constexpr std::size_t parts_at_once_max = 100;

// Parts that no job came to, because the request or the process ended, are removed after that time.
constexpr std::chrono::minutes abandoned_after{10};

// Writes parts of a change down before the change itself begins. `job`: what was returned for those before;
// 0: they are the first.
std::int64_t write_parts(
    store::transaction& tx, std::int64_t job, std::size_t before, std::span<const std::string> parts
);

// How many of them are there.
std::size_t count_parts(store::transaction& tx, std::int64_t job);

// Begins a change of more than members_at_once_max memberships. There is no other job on the group. `job`:
// all parts have been written under that number; 0: they are written now.
void begin_change(
    store::transaction& tx,
    const caller& who,
    resource_id group,
    std::int64_t job,
    std::span<const std::string> parts
);

// Whether there is something left to do to the memberships of the resource.
bool has_job(store::transaction& tx, directory_id where, resource_id which);

// Removes some parts of a change that will not begin; false: there were none.
bool discard_parts(store::transaction& tx, std::int64_t job);

// Removes some of the parts that were abandoned; false: there were none.
bool discard_abandoned_parts(store::transaction& tx);

// A user has come out of a hold, with the event `caused_by`: its groups show it from now on. Those that are
// too many for a transaction are written down.
void publish_gained_groups(
    store::transaction& tx,
    const caller& who,
    resource_id user,
    const std::vector<store::resources::membership>& groups,
    const std::string& caused_by
);

// When the resource has too many memberships to be deleted at once and its preconditions hold, its deletion
// is written down, for the log of requests, too: true. False: it is to be deleted by remove(), which says
// whether it is there at all.
result<bool> begin_removal(store::transaction& tx, const caller& who, const target& what);

// Does a piece of what is left to do to the resource; false: there is nothing.
bool go_on(store::transaction& tx, const scim::catalogue_set& schemas, directory_id where, resource_id which);

// The same of the oldest job that was made before; false: there is none.
bool go_on_with_oldest(store::transaction& tx, const scim::catalogue_set& schemas, time_point made_before);

// Takes memberships of a resource of a directory that is being deleted away, without events, when they are
// too many to go with it; false: they are not.
bool trim(store::transaction& tx, directory_id where, resource_id which);

}  // namespace scimd::service::membership_jobs
