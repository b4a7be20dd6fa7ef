// Background jobs for membership changes that are too large for one transaction: the remaining changes of a
// group's members, or of the groups of a user that is being deleted. A resource has at most one job, which is
// deleted together with it. Tables membership_jobs and membership_parts; the logic is in
// service/groups/membership_jobs.hpp.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace scimd::store::membership_jobs {

enum class kind {
    change,   // changes a group's members; the parts hold the changes that remain
    removal,  // removes all memberships, then the resource
    gain,     // publishes the groups of a user who is not held any more; the parts hold the groups
};

struct job {
    std::int64_t id = 0;
    kind what = kind::change;
    directory_id directory;
    resource_id resource;
    std::string type;    // of the resource: "User" or "Group"
    std::string origin;  // the event source, stored for the events of the job
};

// Sets the creation time, and the id unless the caller has one because it wrote parts before the job. The
// parts are applied in their order.
job insert(transaction& tx, job what, std::span<const std::string> parts);

// Appends parts to a job that is not inserted yet; `before` is the number of its parts so far.
void insert_parts(transaction& tx, std::int64_t job, std::size_t before, std::span<const std::string> parts);

std::size_t count_parts(transaction& tx, std::int64_t job);

// Deletes up to `most` parts of a job that will not be inserted; false when none were left.
bool remove_parts(transaction& tx, std::int64_t job, std::size_t most);

// Finds a job of which parts were written before that time, but which was never inserted.
std::optional<std::int64_t> next_abandoned(transaction& tx, time_point written_before);

std::optional<job> of_resource(transaction& tx, directory_id directory, resource_id resource);

// The oldest job that was created before that time, in a directory that is not being deleted.
std::optional<job> next(transaction& tx, time_point made_before);

// Whether the directory has a job of the kind removal.
bool has_removal(transaction& tx, directory_id directory);

struct part {
    std::int64_t number = 0;
    std::string body;
};
std::optional<part> first_part(transaction& tx, std::int64_t job);

// Deletes a part, and the job after its last part; true when the job is done.
bool finish_part(transaction& tx, std::int64_t job, std::int64_t number);

}  // namespace scimd::store::membership_jobs
