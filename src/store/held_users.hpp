// Users that SCIM shows and nobody else, and the directories where some of them may be let out.
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
    std::string detail;     // for people
    std::string address{};  // that is the reason; empty: none
    time_point since{};
};

// At tx.now(); whoever is held already gets the new reason and keeps the time.
void hold(transaction& tx, directory_id directory, const held_user& what);
bool release(transaction& tx, directory_id directory, resource_id user);  // false: was not held
bool is_held(transaction& tx, directory_id directory, resource_id user);

// In the order of ids, those after `after`.
std::vector<held_user> list(transaction& tx, directory_id directory, resource_id after, std::int64_t limit);
std::int64_t count(transaction& tx, directory_id directory);  // a kept count

// How many of a group's members are held: a kept count.
std::int64_t count_members(transaction& tx, directory_id directory, resource_id group);

// --- what is to be looked at again

// The schema's triggers note a directory here when something changes that may have held its users: a domain,
// the policy, the seats.
struct release_request {
    directory_id directory;
    resource_id after;  // the last user that has been looked at
};
std::optional<release_request> next_release(transaction& tx);
// Notes a directory there if it holds users.
void request_release(transaction& tx, directory_id directory);
void advance_release(transaction& tx, const release_request& to);
void finish_release(transaction& tx, directory_id directory);

}  // namespace scimd::store::held_users
