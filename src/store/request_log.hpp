// The log of SCIM requests of each directory, for support and debugging. Table request_log. Masking of
// personal data and retention are in service/request_log/.
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
    std::int64_t id = 0;  // in the order of arrival; assigned by insert()
    directory_id directory;
    time_point at;
    std::string method;
    std::string path;   // a template relative to the SCIM base URL: "/Users/{id}"
    std::string query;  // masked, like all client input
    std::int64_t status = 0;
    std::string scim_type;  // of an error response
    std::string detail;     // of an error response
    std::int64_t microseconds = 0;
    std::string request_id;
    std::string resource_id;  // from the path, or of the created resource; empty: none
    std::string changes;      // a JSON object, never truncated
    std::string provider;     // the detected identity provider; empty: unknown
    std::string agent;        // User-Agent
    std::string user{};       // the user that the token authenticates; empty: the directory
    std::string body;
};

// Returns false when the directory is deleted or does not exist.
bool insert(transaction& tx, const entry& what);

struct filter {
    std::int64_t status_least = 0;
    std::int64_t status_most = 999;
    std::string method{};       // empty: any
    std::string resource_id{};  // empty: any
    std::optional<time_point> since{};
    std::optional<time_point> until{};  // exclusive
};

// Calls `each` with the entries of an id below `before`, newest first, until it returns false. Reads at most
// as many rows as retention leaves.
void list(transaction& tx, directory_id directory, const filter& wanted, std::int64_t before,
        const std::function<bool(const entry&)>& each);

// Deletes up to `limit` entries of the directory, except the newest `rows_max`; returns how many.
std::int64_t trim(transaction& tx, directory_id directory, std::int64_t rows_max, std::int64_t limit);
// Deletes up to `limit` entries of all directories from before that time; returns how many.
std::int64_t trim_before(transaction& tx, time_point when, std::int64_t limit);

// The first directory after `after` that has entries, in the order of ids.
std::optional<directory_id> next_directory(transaction& tx, directory_id after);

}  // namespace scimd::store::request_log
