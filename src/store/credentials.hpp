// Bearer tokens of SCIM clients: secrets of a directory or of a user of it. Only SHA-256 digests are stored.
// Table secrets.
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
    std::optional<resource_id> user{};  // whom it authenticates; empty: the directory
    std::string suffix;                 // the last four characters, by which people recognize it
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

// In the order of creation: all secrets, those that authenticate the directory, those of one user.
std::vector<secret_row> list_secrets(transaction& tx, directory_id directory);
std::vector<secret_row> list_directory_secrets(transaction& tx, directory_id directory);
std::vector<secret_row> list_user_secrets(transaction& tx, directory_id directory, resource_id user);

// The number of secrets of users that are neither revoked nor expired.
std::int64_t count_alive_of_users(transaction& tx, directory_id directory);
// Deletes the revoked and expired secrets of users, except the newest `kept`.
void forget_ended_of_users(transaction& tx, directory_id directory, std::int64_t kept);
// Deletes the revoked and expired secrets of the directory itself, except the newest `kept`.
void forget_ended_of_directory(transaction& tx, directory_id directory, std::int64_t kept);

bool revoke_secret(
        transaction& tx, directory_id directory, secret_id id);  // false: not found, or revoked already

struct usage {
    time_point when;
    std::string address;  // of the peer; empty: a unix socket
    std::string agent;    // User-Agent; empty: none
};
void set_last_used(transaction& tx, secret_id id, const usage& last);

// Moves the expiry to an earlier time, never a later one, and ends expiry warnings.
void end_by(transaction& tx, secret_id id, time_point when);

// Secrets that expire within `ahead` and for which fewer than `warnings` warnings were sent, by expiry.
std::vector<secret_row> expiring(
        transaction& tx, std::chrono::microseconds ahead, std::int64_t warnings, std::int64_t limit);
void set_warnings_given(transaction& tx, secret_id id, std::int64_t warnings);

// Everything that authentication needs, from one look-up by the index of the digest.
struct bearer {
    secret_id id;
    sha256_digest digest{};
    std::string suffix;
    std::optional<time_point> expires;
    std::optional<time_point> revoked;
    std::optional<resource_id> user;  // whom it authenticates, who may be deleted; empty: the directory
    tenants::directory directory;
    bool may_synchronize = true;  // the organization's feature dir_sync
};
std::optional<bearer> find_bearer(transaction& tx, const sha256_digest& digest);

}  // namespace scimd::store::credentials
