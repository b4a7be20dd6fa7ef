// Webhook endpoints, their signing keys, and who delivers to them. What is being delivered is in
// store/webhook_deliveries.hpp.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::store::webhooks {

enum class delivery_mode { ordered, concurrent };
enum class disabled_reason { operator_, gone, failing };

std::string_view to_text(delivery_mode mode);
std::string_view to_text(disabled_reason reason);

// What its owner says of an endpoint.
struct settings {
    std::string url;
    std::string description;
    std::vector<std::string> event_types;  // none: all
    std::optional<organization_id> organization;
    std::optional<directory_id> directory;
    std::vector<std::pair<std::string, std::string>> headers;
    delivery_mode mode = delivery_mode::ordered;
    std::vector<std::int64_t> retry_seconds;  // none: the standard schedule

    friend bool operator==(const settings&, const settings&) = default;
};

struct endpoint {
    webhook_id id;
    settings is;
    std::string signature;  // "v1", "v1a"
    std::optional<disabled_reason> disabled;
    std::optional<time_point> disabled_at;
    time_point created{};
    time_point updated{};
    std::int64_t revision = 0;
    event_id position;  // up to here all is settled or has rows of its own
    std::optional<time_point> failing_since;
    std::int64_t failures = 0;
    std::optional<time_point> last_failure;
    std::optional<time_point> last_success;
    std::int64_t fence = 0;
};

// Begins behind the newest event.
endpoint insert(transaction& tx, const settings& what, std::string_view signature);
std::optional<endpoint> find(transaction& tx, webhook_id id);
std::vector<endpoint> list(transaction& tx, webhook_id after, std::int64_t limit);  // in the order of ids
std::int64_t count(transaction& tx);
void update(transaction& tx, webhook_id id, const settings& what);
bool remove(transaction& tx, webhook_id id);  // and all that is its; false: there was none

void disable(transaction& tx, webhook_id id, disabled_reason reason);
// Forgets how it has been doing. With `position` it goes on behind that event.
void enable(transaction& tx, webhook_id id, std::optional<event_id> position);

event_id newest_event(transaction& tx);

// Tells the deliverer that something of the endpoint has changed.
void touch(transaction& tx, webhook_id id);
std::int64_t changes(transaction& tx);  // a number that moves with each touch

// Counts a test of an endpoint of the organization, or of those of none. false: there have been `most` in
// this minute.
bool count_test(transaction& tx, std::optional<organization_id> of, std::int64_t most);

// --- keys, whose texts are sealed (store/encrypted_secrets.hpp)

struct signing_key {
    webhook_key_id id;
    std::string public_key;  // of "v1a"; empty: none
    time_point created{};
    std::optional<time_point> expires;
};
std::string place_of(webhook_key_id id);  // of its text

webhook_key_id insert_key(transaction& tx, webhook_id owner, std::string_view public_key);
std::vector<signing_key> list_keys(transaction& tx, webhook_id owner);  // newest first, expired ones too
void set_key_expiry(transaction& tx, webhook_id owner, webhook_key_id id, time_point at);
void remove_key(transaction& tx, webhook_id owner, webhook_key_id id);  // and its text

// --- who delivers

struct lease {
    std::string_view owner;
    time_point until;
};
// Empty: somebody else has it. The number is larger than any before.
std::optional<std::int64_t> claim(transaction& tx, webhook_id id, const lease& wanted);
void renew_leases(transaction& tx, const lease& held);
void release_lease(transaction& tx, webhook_id id, std::int64_t fence);
// For whoever has the store alone: nobody can hold any.
void release_all_leases(transaction& tx);

// What deliveries change of an endpoint. false: the fence is not that of the lease any more, or the endpoint
// is gone, and nothing has changed.
struct progress {
    webhook_id id;
    std::int64_t fence = 0;
    event_id position;
    std::optional<time_point> failing_since;
    std::int64_t failures = 0;
    std::optional<time_point> last_failure;
    std::optional<time_point> last_success;
};
bool save_progress(transaction& tx, const progress& now);

}  // namespace scimd::store::webhooks
