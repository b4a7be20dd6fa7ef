// The log of rejected users of each directory: which users a policy or a conflict rejected, why, how often,
// and whether that is resolved. Identity providers retry for weeks, so a repeated rejection is counted, not
// listed again. Table refusals.
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
    std::int64_t id = 0;  // grows with time; assigned by record()
    std::string subject;  // externalId, otherwise the folded userName
    std::string reason;   // "domain_not_verified", "uniqueness"
    std::string user_name{};
    std::string external_id{};
    std::string domain{};  // empty: none
    std::string detail{};
    std::string address{};  // the address that is the reason; empty: none
    std::optional<resource_id>
            user{};  // set: the stored address of this user is the reason; empty: a request was rejected
    std::int64_t count = 1;
    time_point first_at{};
    time_point last_at{};
    std::optional<time_point> resolved_at{};
};

// Records a rejection at that time; ignores id, count and times of `what`. A resolved one starts again with
// count 1; one with a `user` is not counted again while it is open. Records nothing for a deleted directory.
// Returns true when it is the first one since the last success for this subject, reason and domain.
bool record(transaction& tx, directory_id directory, const refusal& what, time_point at);

struct filter {
    std::optional<bool> is_resolved{};  // empty: both
    std::string reason{};               // empty: any
    std::string user{};                 // a userName or an externalId; empty: any
};

// Calls `each` with those of an id below `before`, newest first, until it returns false. Reads at most as
// many rows as the log may have (service/request_log/request_log.hpp).
void list(transaction& tx, directory_id directory, const filter& wanted, std::int64_t before,
        const std::function<bool(const refusal&)>& each);

// The open rejections because of the stored address of that user.
std::vector<refusal> standing_of(transaction& tx, directory_id directory, resource_id user);
std::int64_t count_standing(transaction& tx, directory_id directory);  // open ones of all users
void resolve_standing(
        transaction& tx, directory_id directory, resource_id user, const refusal& open, time_point at);
void resolve_all_standing(transaction& tx, directory_id directory, resource_id user, time_point at);

// Resolves, after a successful write of a user, what was rejected up to that time under either subject,
// except rejections because of a stored address.
void resolve(transaction& tx, directory_id directory, std::string_view subject, std::string_view other,
        time_point at);

// Deletes up to `limit` rows, except the newest `rows_max`; returns how many.
std::int64_t trim(transaction& tx, directory_id directory, std::int64_t rows_max, std::int64_t limit);
// Deletes up to `limit` rows whose last rejection was before that time; returns how many.
std::int64_t trim_before(transaction& tx, directory_id directory, time_point when, std::int64_t limit);

}  // namespace scimd::store::refusals
