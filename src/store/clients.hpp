// API clients of the management API and their secrets, of which only SHA-256 digests are stored. Tables
// clients and client_secrets.
#pragma once

#include "base/crypto/digest.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::clients {

struct client {
    client_id id;
    std::optional<organization_id> organization;  // empty: of all
    std::string name;
    bool may_write = true;
    std::optional<std::string> scopes{};  // separated by spaces; empty: all scopes
    time_point created;
    time_point updated;
};

struct new_client {
    std::optional<organization_id> organization;
    std::string name;
    bool may_write = true;
    std::optional<std::string> scopes{};
};
client insert(transaction& tx, const new_client& what);
std::optional<client> find(transaction& tx, client_id id);
std::optional<client> find_by_name(transaction& tx, std::string_view name);  // the oldest
// Keyset pagination in the order of ids: the clients after `after`.
std::vector<client> list(transaction& tx, client_id after, std::int64_t limit);
std::int64_t count(transaction& tx);
bool erase(transaction& tx, client_id id);  // with its secrets; false: not found

struct secret_row {
    secret_id id;
    client_id client;
    sha256_digest digest{};
    std::string suffix;  // the last four characters, by which people recognize it
    time_point created;
    std::optional<time_point> expires;
    std::optional<time_point> last_used;  // to the minute
};
struct new_secret {
    sha256_digest digest{};
    std::string suffix;
    std::optional<time_point> expires;
};
secret_row insert_secret(transaction& tx, client_id client, const new_secret& what);
std::vector<secret_row> list_secrets(transaction& tx, client_id client);
bool erase_secret(transaction& tx, client_id client, secret_id id);  // false: not found
void set_last_used(transaction& tx, secret_id id, time_point when);

}  // namespace scimd::store::clients
