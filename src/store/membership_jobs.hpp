// Changes of memberships that are applied in pieces: what is still to be done to the members of a group, or
// to the groups of a user that is to be deleted. A resource has one job at a time, and it ends with the
// resource.
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
    change,   // of a group's members: what is left stands in the job's parts
    removal,  // of all memberships, and then of the resource
    gain,     // of a user who is held no more: its groups are to tell of it; they stand in the job's parts
};

struct job {
    std::int64_t id = 0;
    kind what = kind::change;
    directory_id directory;
    resource_id resource;
    std::string type;    // of the resource
    std::string origin;  // kept for the events
};

// The time is given here, and an id unless it has one because parts of it have been written before. The parts
// are applied in their order.
job insert(transaction& tx, job what, std::span<const std::string> parts);

// Parts of a job that is still to be inserted, behind so many that have been written `before`.
void insert_parts(transaction& tx, std::int64_t job, std::size_t before, std::span<const std::string> parts);

std::size_t count_parts(transaction& tx, std::int64_t job);

// At `most` so many of a job that will not be inserted; false: there were none left.
bool remove_parts(transaction& tx, std::int64_t job, std::size_t most);

// A job that was never inserted although parts of it were written before.
std::optional<std::int64_t> next_abandoned(transaction& tx, time_point written_before);

std::optional<job> of_resource(transaction& tx, directory_id directory, resource_id resource);

// The oldest one that was made before, in a directory that is there.
std::optional<job> next(transaction& tx, time_point made_before);

// Whether a removal is under way in the directory.
bool has_removal(transaction& tx, directory_id directory);

struct part {
    std::int64_t number = 0;
    std::string body;
};
std::optional<part> first_part(transaction& tx, std::int64_t job);

// Takes a part away, and the job with the last one; true: it was the last.
bool finish_part(transaction& tx, std::int64_t job, std::int64_t number);

}  // namespace scimd::store::membership_jobs
