// Held users: users who exist for SCIM, but not for the application, because of the domain policy or the seat
// limit; and the directories whose held users are checked again. Tables held_users and held_user_releases.
// The rules are in service/domains/held_user_release.hpp.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::held_users {

struct held_user {
    resource_id user;
    std::string reason;     // "domain_not_verified", "domain_owned_elsewhere", "no_email", "seat_limit", …
    std::string domain;     // empty: none
    std::string detail;     // human-readable
    std::string address{};  // the address that is the reason; empty: none
    time_point since{};
};

// Holds a user since tx.now(). A user who is held already gets the new reason and keeps the time.
void hold(transaction& tx, directory_id directory, const held_user& what);
bool release(transaction& tx, directory_id directory, resource_id user);  // false: was not held
bool is_held(transaction& tx, directory_id directory, resource_id user);

// Keyset pagination in the order of ids: the held users after `after`.
std::vector<held_user> list(transaction& tx, directory_id directory, resource_id after, std::int64_t limit);
std::int64_t count(transaction& tx, directory_id directory);  // reads a counter

// How many members of a group are held: reads a counter.
std::int64_t count_members(transaction& tx, directory_id directory, resource_id group);

// --- release requests: directories whose held users are checked again

// Triggers (schema/sql/sqlite/0004_domains.sql) add a directory when a domain, its policy or the number of
// seats changes; a background job checks its held users in the order of ids.
struct release_request {
    directory_id directory;
    resource_id after;  // the last user that was checked
};
std::optional<release_request> next_release(transaction& tx);
// Requests a check of the directory if it holds users. A check under way starts again.
void request_release(transaction& tx, directory_id directory);
void advance_release(transaction& tx, const release_request& to);
void finish_release(transaction& tx, directory_id directory);

}  // namespace scimd::store::held_users
