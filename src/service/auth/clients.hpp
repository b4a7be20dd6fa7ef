// Who may use the management API: clients, their secrets, and the proof of who one is.
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
constexpr std::size_t secrets_max =
    5;  // of one client, so that one can take the place of another without haste

// What its tokens may be granted at most.
scope_set scopes_of(const store::clients::client& what);

struct made_client {
    store::clients::client client;
    secret plain;  // to be shown once
};
result<made_client> create_client(
    store::transaction& tx, random_source& random, const store::clients::new_client& what
);

struct made_secret {
    secret plain;  // to be shown once
    store::clients::secret_row row;
};
result<made_secret> add_secret(
    store::transaction& tx, random_source& random, client_id client, std::optional<time_point> expires
);

// The client "Demo" of the example organization's setup, made at the first call; a fresh secret at each, for
// which the oldest makes room.
result<made_client> prepare_demo_client(store::transaction& tx, random_source& random);

// Empty: there is no such client, or that is none of its secrets, or it has expired. Takes the same time for
// all.
struct proven_client {
    store::clients::client client;
    secret_id by;
};
std::optional<proven_client> prove(store::transaction& tx, std::string_view id, std::string_view plain);

}  // namespace scimd::service::clients
