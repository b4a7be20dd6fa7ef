// How much of the store a directory uses, and the quotas that have been set for it.
//
// The numbers are kept by triggers (schema/sql/sqlite/0019_usage.sql), never counted; `scimd check` compares
// them with what counting gives.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scimd::store::usage {

// In the order of the columns and of what the API shows.
enum class quota : std::size_t {
    users,
    groups,
    resources,  // of all other types
    memberships,
    document_bytes,
    event_bytes,
    events_per_second,
};
constexpr std::size_t quota_count = 7;
constexpr std::array<std::string_view, quota_count> quota_names = {
    "users", "groups", "resources", "memberships", "document_bytes", "event_bytes", "events_per_second"
};
constexpr std::size_t index_of(quota of) noexcept
{
    return static_cast<std::size_t>(of);
}

// Limits that have been set for one directory: 0 is any number, empty is the default.
using own_limits = std::array<std::optional<std::int64_t>, quota_count>;

struct directory_usage {
    std::array<std::int64_t, quota_count> used{};  // events_per_second: 0, because no rate is stored
    own_limits own{};
    std::int64_t last_sequence = 0;  // of its events
};

// All 0 for a directory that does not exist.
directory_usage find(transaction& tx, directory_id directory);

// Without the numbers of resources, which are 0: what most changes are held against.
directory_usage find_without_counts(transaction& tx, directory_id directory);
// Those of neither users nor groups. (How many there are of one type says resources::count.)
std::int64_t count_other_resources(transaction& tx, directory_id directory);

// What a change of one resource may have changed beside the number of resources; one look-up.
struct contents {
    std::int64_t memberships = 0;
    std::int64_t document_bytes = 0;
};
contents find_contents(transaction& tx, directory_id directory);

void set_limits(transaction& tx, directory_id directory, const own_limits& limits);

// The bytes of all events that are kept.
std::int64_t event_bytes(transaction& tx);

// Directories with more bytes of events than they may keep, in the order of ids, behind `after`.
struct event_surplus {
    directory_id directory;
    std::int64_t bytes = 0;
};
std::optional<event_surplus> next_event_surplus(
    transaction& tx, std::int64_t default_max, directory_id after = {}
);

// What all directories use together.
std::array<std::int64_t, quota_count> totals(transaction& tx);

}  // namespace scimd::store::usage
