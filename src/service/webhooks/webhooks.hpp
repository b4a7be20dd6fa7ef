// Management of webhook endpoints: settings, signing keys, test messages and replay. Functions of a
// transaction.
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "base/crypto/vault.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "service/webhooks/webhook_signing.hpp"
#include "service/webhooks/webhook_url.hpp"
#include "store/engine/transaction.hpp"
#include "store/webhook_deliveries.hpp"
#include "store/webhooks.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service::webhooks {

constexpr std::int64_t endpoints_max = 2'000;  // of the environment
constexpr std::size_t description_bytes_max = 1'000;
constexpr std::size_t keys_max = 10;  // of one endpoint that sign at a time
constexpr std::chrono::hours key_overlap{24};

// Dependencies of functions that create keys or check URLs.
struct key_dependencies {
    const vault& key_vault;
    random_source& random;
    const target_rules& rules;
};

// A new signing key. Receivers of "v1" need the secret in `plain`, receivers of "v1a" the public key; `plain`
// is empty for "v1a".
struct issued_key {
    secret plain;
    std::string public_key;
};

struct created_endpoint {
    store::webhooks::endpoint row;
    issued_key key;
};

// Creates an endpoint. invalid_value names the member; not_found: the organization or directory; conflict:
// there are endpoints_max.
result<created_endpoint> create(store::transaction& tx, const key_dependencies& keys,
        const store::webhooks::settings& wanted, signature_kind signature);

// Changes the settings of an endpoint. Errors as above.
result<store::webhooks::endpoint> update(store::transaction& tx, const key_dependencies& keys,
        const store::webhooks::endpoint& before, const store::webhooks::settings& after);

// Adds a key; the present keys go on signing for `overlap`, beside the new one.
issued_key rotate(store::transaction& tx, const key_dependencies& keys,
        const store::webhooks::endpoint& endpoint, std::chrono::seconds overlap);

// The keys that sign now, newest first.
struct key_ring {
    std::vector<secret> keys;
    std::optional<time_point> expires;  // when the first of them expires
};
key_ring open_keys(store::transaction& tx, const vault& key_vault, webhook_id endpoint);

// Test messages of one organization, and of the endpoints of no organization: they return the response of the
// receiver, so that a limit is needed against probing of networks.
constexpr std::int64_t tests_per_minute = 10;

// Queues a test message before all pending deliveries and returns its id, by which the log of attempts has
// the response. too_many_requests: tests_per_minute.
result<event_id> send_test(
        store::transaction& tx, environment_id environment, const store::webhooks::endpoint& endpoint);

constexpr std::int64_t replayed_max = 10'000;  // events in one call

struct replay_range {
    event_id from;  // inclusive
    event_id to;    // inclusive
};
struct replay_outcome {
    std::int64_t count = 0;
    std::optional<event_id> next;  // the event to continue with; empty: the range is complete
};
// Queues the events of the range again that the endpoint is subscribed to, whether or not they were
// delivered.
replay_outcome replay(
        store::transaction& tx, const store::webhooks::endpoint& endpoint, const replay_range& range);

// Whether the endpoint receives an event.
bool is_subscribed(const store::webhooks::endpoint& endpoint, const store::events::event& event);

}  // namespace scimd::service::webhooks
