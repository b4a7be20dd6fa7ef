// The ledger of refused users of each directory: who was kept out or could not be written, why, how often,
// and whether that is over. Identity providers try again for weeks, so a repeat is counted, not listed again.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::refusals {

struct refusal {
    std::int64_t id = 0;  // its place in the ledger, higher for what came later; given by record()
    std::string subject;  // externalId, else the folded userName
    std::string reason;   // "domain_not_verified", "uniqueness"
    std::string user_name{};
    std::string external_id{};
    std::string domain{};  // empty: none
    std::string detail{};
    std::string address{};              // that is the reason; empty: none
    std::optional<resource_id> user{};  // whose stored address is the reason; empty: a request was refused
    std::int64_t count = 1;
    time_point first_at{};
    time_point last_at{};
    std::optional<time_point> resolved_at{};
};

// At that time; id, count and times of `what` are not looked at. One that was resolved begins anew. Nothing
// is recorded of a directory that is gone. One with a `user`, about what is stored of it, is not counted
// again while it is open. true: the first time, since the last success, that this subject is refused for this
// reason and domain.
bool record(transaction& tx, directory_id directory, const refusal& what, time_point at);

struct filter {
    std::optional<bool> is_resolved{};  // empty: both
    std::string reason{};               // empty: any
    std::string user{};                 // a userName or an externalId; empty: any
};

// The newest first, those of an id below `before`. `each` false stops. Looks at no more than the ledger's
// limit (service/request_log/request_log.hpp).
void list(
    transaction& tx,
    directory_id directory,
    const filter& wanted,
    std::int64_t before,
    const std::function<bool(const refusal&)>& each
);

// What is open with that `user`.
std::vector<refusal> standing_of(transaction& tx, directory_id directory, resource_id user);
std::int64_t count_standing(transaction& tx, directory_id directory);  // open ones, of all users
void resolve_standing(
    transaction& tx, directory_id directory, resource_id user, const refusal& open, time_point at
);
void resolve_all_standing(transaction& tx, directory_id directory, resource_id user, time_point at);

// A user was written, who may have been either subject: what was refused up to that time is over, but for
// what is recorded of a stored address.
void resolve(
    transaction& tx, directory_id directory, std::string_view subject, std::string_view other, time_point at
);

// Deletes up to `limit` of those that are beyond the `rows_max` refused last; how many there were.
std::int64_t trim(transaction& tx, directory_id directory, std::int64_t rows_max, std::int64_t limit);
// Deletes up to `limit` of those that were refused last before that time; how many there were.
std::int64_t trim_before(transaction& tx, directory_id directory, time_point when, std::int64_t limit);

}  // namespace scimd::store::refusals
