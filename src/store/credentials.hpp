// The secrets (bearer tokens) of directories. A token is stored as its SHA-256 alone.
#pragma once

#include "base/crypto/digest.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::credentials {

struct secret_row {
    secret_id id;
    directory_id directory;
    std::optional<resource_id> user{};  // for whom it stands; empty: for the directory
    std::string suffix;                 // the last four characters, for people to recognize it by
    time_point created;
    std::optional<time_point> expires;
    std::optional<time_point> revoked;
    std::optional<time_point> last_used;  // to the minute
    std::string last_used_address{};      // empty: unknown
    std::string last_used_agent{};
};

struct new_secret {
    sha256_digest digest{};
    std::string suffix;
    std::optional<time_point> expires{};
    std::optional<resource_id> user{};
    std::int64_t warnings_given = 0;
};
secret_row insert_secret(transaction& tx, directory_id directory, const new_secret& what);

// In the order of their making: all, those that stand for the directory, those that stand for the user.
std::vector<secret_row> list_secrets(transaction& tx, directory_id directory);
std::vector<secret_row> list_directory_secrets(transaction& tx, directory_id directory);
std::vector<secret_row> list_user_secrets(transaction& tx, directory_id directory, resource_id user);

// How many secrets of users are neither revoked nor over.
std::int64_t count_alive_of_users(transaction& tx, directory_id directory);
// Deletes those of users that are, but for the newest `kept`.
void forget_ended_of_users(transaction& tx, directory_id directory, std::int64_t kept);
// The same of those that stand for the directory.
void forget_ended_of_directory(transaction& tx, directory_id directory, std::int64_t kept);

bool revoke_secret(
    transaction& tx, directory_id directory, secret_id id
);  // false: not there, or was revoked

struct usage {
    time_point when;
    std::string address;  // of the peer; empty: a unix socket
    std::string agent;    // User-Agent; empty: none
};
void set_last_used(transaction& tx, secret_id id, const usage& last);

// Brings the expiry forward, never back, and asks for no more warnings before it.
void end_by(transaction& tx, secret_id id, time_point when);

// Secrets that end within `ahead` and have had fewer than `warnings` warnings, the next to end first.
std::vector<secret_row> expiring(
    transaction& tx, std::chrono::microseconds ahead, std::int64_t warnings, std::int64_t limit
);
void set_warnings_given(transaction& tx, secret_id id, std::int64_t warnings);

// What authentication needs, in one look-up by the digest's index.
struct bearer {
    secret_id id;
    sha256_digest digest{};
    std::string suffix;
    std::optional<time_point> expires;
    std::optional<time_point> revoked;
    std::optional<resource_id> user;  // for whom it stands, who may be gone; empty: for the directory
    tenants::directory directory;
    bool may_synchronize = true;  // the organization's feature dir_sync
};
std::optional<bearer> find_bearer(transaction& tx, const sha256_digest& digest);

}  // namespace scimd::store::credentials
