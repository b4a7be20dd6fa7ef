// What was done through the management API, in a chain: each entry's digest covers the one before it.
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

// How much is kept. What is beyond goes a few at a time, with each new entry.
struct retention {
    std::chrono::hours kept_for{400 * 24};
    std::int64_t entries_max = 1'000'000;
};

struct new_entry {
    std::string actor;  // "operator" or a client's id
    std::optional<organization_id> organization;
    std::optional<directory_id> directory;
    std::string body;  // JSON: what happened
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

void append(transaction& tx, const new_entry& what, const retention& keep);

// Newest first, those of a number below `before` that fit all that is given.
struct query {
    std::optional<organization_id> organization = {};
    std::optional<directory_id> directory = {};
    std::optional<std::string> actor = {};
    std::optional<time_point> since = {};
    std::int64_t before = 0;
    std::int64_t limit = 0;
};
std::vector<entry> list(transaction& tx, const query& what);

// The number of the first entry whose digest does not fit what it covers; empty: the chain holds. Reads all.
std::optional<std::int64_t> first_break(sql::connection& database);

}  // namespace scimd::store::audit
