// The audit log of the management API: a hash chain, in which the digest of each entry covers the entry
// before it. Table audit_log.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::audit {

// Retention limits. append() deletes a few entries that exceed them, so that no cleanup job is needed.
struct retention {
    std::chrono::hours kept_for{400 * 24};
    std::int64_t entries_max = 1'000'000;
};

struct new_entry {
    std::string actor;  // "operator" or a client's id
    std::optional<organization_id> organization;
    std::optional<directory_id> directory;
    std::string body;  // JSON: the action, see api/management
};

struct entry {
    std::int64_t number = 0;
    time_point at;
    std::string actor;
    std::optional<organization_id> organization;
    std::optional<directory_id> directory;
    std::string body;
    std::string digest;
};

void append(transaction& tx, const new_entry& added, const retention& keep);

// Filters of list(); an empty one does not restrict.
struct query {
    std::optional<organization_id> organization = {};
    std::optional<directory_id> directory = {};
    std::optional<std::string> actor = {};
    std::optional<time_point> since = {};
    std::int64_t before = 0;  // only entries with a smaller number
    std::int64_t limit = 0;
};
std::vector<entry> list(transaction& tx, const query& wanted);  // newest first

// Verifies the chain: the number of the first entry whose digest is wrong; empty when all are right. Reads
// the whole table.
std::optional<std::int64_t> first_break(sql::connection& database);

}  // namespace scimd::store::audit
