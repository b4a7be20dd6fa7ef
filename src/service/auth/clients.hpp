// API clients of the management API: they are created, get secrets (client_secret of OAuth) and authenticate
// with them (RFC 6749 §2.3).
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "base/error.hpp"
#include "service/auth/caller_kinds.hpp"
#include "store/clients.hpp"
#include "store/engine/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service::clients {

constexpr std::size_t name_bytes_max = 200;
constexpr std::int64_t clients_max = 1'000;
constexpr std::size_t secrets_max = 5;  // of one client, so that secrets can be rotated with an overlap

// The scopes that tokens of the client can be granted at most.
scope_set scopes_of(const store::clients::client& client);

struct created_client {
    store::clients::client client;
    secret plain;  // shown once
};
// invalid_value: the name; not_found: the organization; conflict: there are clients_max.
result<created_client> create_client(
        store::transaction& tx, random_source& random, const store::clients::new_client& wanted);

struct created_secret {
    secret plain;  // shown once
    store::clients::secret_row row;
};
// conflict: the expiry has passed, or the client has secrets_max. Deletes expired secrets of the client.
result<created_secret> add_secret(
        store::transaction& tx, random_source& random, client_id client, std::optional<time_point> expires);

// The client "Demo" of the example organization (service/management/demo.hpp). The first call creates it;
// each call adds a secret and deletes the oldest one when there are secrets_max.
result<created_client> prepare_demo_client(store::transaction& tx, random_source& random);

struct authenticated_client {
    store::clients::client client;
    secret_id secret;  // the one presented
};
// Empty: the client does not exist, or the secret is not one of the client's, or it has expired. Each case
// takes as long as the others.
std::optional<authenticated_client> authenticate(
        store::transaction& tx, std::string_view id, std::string_view plain);

}  // namespace scimd::service::clients
