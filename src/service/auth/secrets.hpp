// Bearer tokens of directories: creation, rotation with an overlap, revocation, and a warning before they
// expire. Each function writes its events in the transaction that it is given.
//
// A token belongs to its directory or to one user of it (docs/decisions/0027). Tokens of users have limits of
// their own and are revoked with their users; the rotation of the directory's tokens does not touch them.
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

constexpr std::size_t alive_max = 20;               // valid tokens of one directory
constexpr std::int64_t ended_max = 1'000;           // expired or revoked ones that are kept
constexpr std::size_t alive_of_user_max = 10;       // valid tokens of one user
constexpr std::size_t alive_of_users_max = 1'000;   // valid tokens of all users of one directory
constexpr std::int64_t ended_of_users_max = 1'000;  // expired or revoked ones that are kept
constexpr std::chrono::seconds overlap_default{24 * 3'600};
constexpr std::chrono::seconds overlap_max{30 * 24 * 3'600};

struct new_secret {
    secret plain;  // shown once
    store::credentials::secret_row row;
};

// Creates a token of the directory. conflict: there are alive_max, or the expiry has passed.
result<new_secret> create(store::transaction& tx, const event_source& source, random_source& random,
        const store::tenants::directory& owner, std::optional<time_point> expires);

// Whether a user can have and use a token: only an active one can, who is not held by the domain policy.
enum class user_status { good, unknown, held, inactive };
user_status user_status_of(store::transaction& tx, directory_id directory, resource_id user);

// Creates a token of the user with that id ("diruser_42"). invalid_value: it is not an id of a user;
// not_found: the user does not exist; conflict: the user is held or inactive, there are alive_of_user_max or
// alive_of_users_max, or the expiry has passed.
result<new_secret> create_for_user(store::transaction& tx, const event_source& source, random_source& random,
        const store::tenants::directory& owner, std::string_view user, std::optional<time_point> expires);

// Rotates: creates a token of the directory; its other valid tokens expire after `overlap`, or are revoked
// when it is 0.
result<new_secret> regenerate(store::transaction& tx, const event_source& source, random_source& random,
        const store::tenants::directory& owner, std::optional<time_point> expires,
        std::chrono::seconds overlap);

// Revokes one token. false: it does not exist, or was revoked already.
bool revoke(store::transaction& tx, const event_source& source, const store::tenants::directory& owner,
        secret_id id);

// Revokes the tokens of a deleted user. `event` is the id of the event about the deletion.
void revoke_user_tokens(
        store::transaction& tx, const caller& caller, resource_id user, const std::string& event);

// Revokes the oldest tokens of the directory until one more can be created.
void revoke_surplus(
        store::transaction& tx, const event_source& source, const store::tenants::directory& owner);

// Publishes organization.directory.token_expiring 7 days and 1 day before a token expires, once each, for up
// to `limit` tokens; returns their number. A token that is created with a shorter life gets no warning.
std::size_t warn_of_expiry(store::transaction& tx, const event_source& source, std::size_t limit);

}  // namespace scimd::service::secrets
