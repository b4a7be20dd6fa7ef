// The bearer tokens of directories: made, replaced with an overlap, ended, and a warning before they end by
// themselves. Each verb writes its events in the transaction that it is given.
//
// A token stands for its directory or for one user of it (docs/decisions/0027). Those of users are counted
// for themselves and end with their users; who replaces the directory's tokens leaves them as they are.
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "base/error.hpp"
#include "service/auth/caller.hpp"
#include "service/events/event_source.hpp"
#include "store/credentials.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service::secrets {

constexpr std::size_t alive_max = 20;               // that stand for one directory
constexpr std::int64_t ended_max = 1'000;           // of these, that have ended and are still shown
constexpr std::size_t alive_of_user_max = 10;       // that stand for one user
constexpr std::size_t alive_of_users_max = 1'000;   // that stand for any user of one directory
constexpr std::int64_t ended_of_users_max = 1'000;  // of these, that have ended and are still shown
constexpr std::chrono::seconds overlap_default{24 * 3'600};
constexpr std::chrono::seconds overlap_max{30 * 24 * 3'600};

struct new_secret {
    secret plain;  // to be shown once
    store::credentials::secret_row row;
};

// conflict: alive_max are alive. invalid_value: an expiry that has passed.
result<new_secret> create(
    store::transaction& tx,
    const event_source& from,
    random_source& random,
    const store::tenants::directory& owner,
    std::optional<time_point> expires
);

// Whether a token may stand for that user now, and why not.
enum class standing { good, unknown, held, inactive };
standing standing_of(store::transaction& tx, directory_id where, resource_id user);

// One that stands for the user of that id. conflict: alive_of_user_max or alive_of_users_max are alive.
// invalid_value: a user whose standing is not good; an expiry that has passed.
result<new_secret> create_for_user(
    store::transaction& tx,
    const event_source& from,
    random_source& random,
    const store::tenants::directory& owner,
    std::string_view user,
    std::optional<time_point> expires
);

// A new one for the directory; those that were alive end `overlap` from now, or at once when it is 0.
result<new_secret> regenerate(
    store::transaction& tx,
    const event_source& from,
    random_source& random,
    const store::tenants::directory& owner,
    std::optional<time_point> expires,
    std::chrono::seconds overlap
);

// false: there is none, or it was revoked already.
bool revoke(
    store::transaction& tx, const event_source& from, const store::tenants::directory& owner, secret_id which
);

// Revokes those that stand for a user who has gone; `event` has told of it.
void end_with_user(store::transaction& tx, const caller& who, resource_id user, const std::string& event);

// Revokes the oldest of the directory until there is room for one more.
void make_room(store::transaction& tx, const event_source& from, const store::tenants::directory& owner);

// organization.directory.token_expiring 7 days and 1 day before the end of a secret, once each, for up to
// `limit` secrets; returns for how many. A secret that is made to live no longer gets no such warning.
std::size_t warn_of_expiry(store::transaction& tx, const event_source& from, std::size_t limit);

}  // namespace scimd::service::secrets
