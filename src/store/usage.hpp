// Storage usage and quotas of directories. Table directory_usage.
//
// Triggers maintain the numbers (schema/sql/sqlite/0019_usage.sql), so that reading them scans nothing;
// `scimd check` compares them with a count.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scimd::store::usage {

// In the order of the columns and of the API.
enum class quota : std::size_t {
    users,
    groups,
    resources,  // of all types but User and Group
    memberships,
    document_bytes,
    event_bytes,
    events_per_second,
};
constexpr std::size_t quota_count = 7;
constexpr std::array<std::string_view, quota_count> quota_names = {
        "users", "groups", "resources", "memberships", "document_bytes", "event_bytes", "events_per_second"};
constexpr std::size_t index_of(quota of) noexcept {
    return static_cast<std::size_t>(of);
}

// Quotas of one directory: 0 is unlimited, empty is the default of the server.
using own_limits = std::array<std::optional<std::int64_t>, quota_count>;

struct directory_usage {
    std::array<std::int64_t, quota_count> used{};  // events_per_second: 0, because no rate is stored
    own_limits own{};
    std::int64_t last_sequence = 0;  // of the directory's events
};

// All 0 for a directory that does not exist.
directory_usage find(transaction& tx, directory_id directory);

// find() without the numbers of resources, which stay 0: most changes need no more to check the quotas.
directory_usage find_without_counts(transaction& tx, directory_id directory);
// The number of resources that are neither users nor groups; resources::count has that of one type.
std::int64_t count_other_resources(transaction& tx, directory_id directory);

// The usage that a change of one resource affects, except the number of resources. One look-up.
struct contents {
    std::int64_t memberships = 0;
    std::int64_t document_bytes = 0;
};
contents find_contents(transaction& tx, directory_id directory);

void set_limits(transaction& tx, directory_id directory, const own_limits& limits);

// The bytes of all stored events.
std::int64_t event_bytes(transaction& tx);

// A directory whose events take more bytes than its quota; the first one after `after` in the order of ids.
struct event_surplus {
    directory_id directory;
    std::int64_t bytes = 0;  // above the quota
};
std::optional<event_surplus> next_event_surplus(
        transaction& tx, std::int64_t default_max, directory_id after = {});

// The sums over all directories.
std::array<std::int64_t, quota_count> totals(transaction& tx);

}  // namespace scimd::store::usage
