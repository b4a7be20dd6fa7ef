// The log of SCIM requests of each directory, kept for a while.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace scimd::store::request_log {

struct entry {
    std::int64_t id = 0;  // in the order of arrival; given by insert()
    directory_id directory;
    time_point at;
    std::string method;
    std::string path;   // a template below the directory's base: "/Users/{id}"
    std::string query;  // masked, as all that others have written
    std::int64_t status = 0;
    std::string scim_type;  // of an error
    std::string detail;     // of an error
    std::int64_t microseconds = 0;
    std::string request_id;
    std::string resource_id;  // that the path names, or that was made; empty: none
    std::string changes;      // a JSON object, whole
    std::string provider;     // that the request seems to come from; empty: unknown
    std::string agent;        // User-Agent
    std::string user{};       // the id of whom the token stood for; empty: nobody
    std::string body;
};

// false: the directory is gone, or is none.
bool insert(transaction& tx, const entry& what);

struct filter {
    std::int64_t status_least = 0;
    std::int64_t status_most = 999;
    std::string method{};       // empty: any
    std::string resource_id{};  // empty: any
    std::optional<time_point> since{};
    std::optional<time_point> until{};  // not itself
};

// Newest first, those of an id below `before`. `each` false stops. Looks at no more than the retention
// leaves.
void list(
    transaction& tx,
    directory_id directory,
    const filter& wanted,
    std::int64_t before,
    const std::function<bool(const entry&)>& each
);

// Deletes up to `limit` entries beyond the newest `rows_max` of the directory; how many there were.
std::int64_t trim(transaction& tx, directory_id directory, std::int64_t rows_max, std::int64_t limit);
// Deletes up to `limit` entries of any directory from before that time; how many there were.
std::int64_t trim_before(transaction& tx, time_point when, std::int64_t limit);

// The first directory behind that one of which there are entries.
std::optional<directory_id> next_directory(transaction& tx, directory_id after);

}  // namespace scimd::store::request_log
