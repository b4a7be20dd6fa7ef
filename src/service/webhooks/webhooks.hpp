// Webhook endpoints: the verbs of those who manage them.
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
constexpr std::size_t keys_max = 10;  // that sign at a time
constexpr std::chrono::hours key_overlap{24};

// What signing and judging needs of the house.
struct key_dependencies {
    const vault& key_vault;
    random_source& random;
    const target_rules& rules;
};

// A new key: its text is in `plain` for "v1" and nowhere for "v1a", whose public half receivers need.
struct issued_key {
    secret plain;
    std::string public_key;
};

struct created_endpoint {
    store::webhooks::endpoint row;
    issued_key key;
};

// invalid_value names the member; not_found: the organization or directory; too_many: endpoints_max.
result<created_endpoint> create(
    store::transaction& tx,
    const key_dependencies& keys,
    const store::webhooks::settings& what,
    signature_kind signature
);
result<store::webhooks::endpoint> update(
    store::transaction& tx,
    const key_dependencies& keys,
    const store::webhooks::endpoint& before,
    const store::webhooks::settings& after
);

// The keys so far sign for `overlap` longer, beside the new one.
issued_key rotate(
    store::transaction& tx,
    const key_dependencies& keys,
    const store::webhooks::endpoint& of,
    std::chrono::seconds overlap
);

// What signs now, newest first, and until when that does not change.
struct key_ring {
    std::vector<secret> keys;
    std::optional<time_point> expires;  // the first of them
};
key_ring open_keys(store::transaction& tx, const vault& key_vault, webhook_id of);

// Of an organization, and of the endpoints of none: an answer is shown, so nobody shall probe.
constexpr std::int64_t tests_per_minute = 10;

// Puts a test message before everything else that waits; its id is in the answer and in the log of attempts.
// too_many_requests: tests_per_minute.
result<event_id> send_test(store::transaction& tx, environment_id where, const store::webhooks::endpoint& to);

constexpr std::int64_t replayed_max = 10'000;  // events at a time

struct replay_range {
    event_id from;  // itself included
    event_id to;    // as well
};
struct replay_outcome {
    std::int64_t count = 0;
    std::optional<event_id> next;  // where to go on; empty: that was all
};
// Sends again what the endpoint is told of that range, whether or not it has been delivered.
replay_outcome replay(store::transaction& tx, const store::webhooks::endpoint& to, const replay_range& range);

// Whether the endpoint is told of an event.
bool is_subscribed(const store::webhooks::endpoint& whom, const store::events::event& what);

}  // namespace scimd::service::webhooks
