// Webhook endpoints, their signing keys and the leases of the processes that deliver to them. Tables
// webhook_endpoints, webhook_keys, webhook_changes and webhook_tests. The state of deliveries is in
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
enum class disabled_reason {
    operator_,
    gone,     // it answered 410
    failing,  // for too long
};

std::string_view to_text(delivery_mode mode);
std::string_view to_text(disabled_reason reason);

// The configuration of an endpoint.
struct settings {
    std::string url;
    std::string description;
    std::vector<std::string> event_types;  // empty: all
    std::optional<organization_id> organization;
    std::optional<directory_id> directory;
    std::vector<std::pair<std::string, std::string>> headers;
    delivery_mode mode = delivery_mode::ordered;
    std::vector<std::int64_t> retry_seconds;  // empty: the default retry schedule

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
    event_id position;  // everything up to it is delivered, given up or has a row in webhook_deliveries.hpp
    std::optional<time_point> failing_since;
    std::int64_t failures = 0;
    std::optional<time_point> last_failure;
    std::optional<time_point> last_success;
    std::int64_t fence = 0;  // fencing token: grows with each lease
};

// The endpoint starts after the newest event.
endpoint insert(transaction& tx, const settings& what, std::string_view signature);
std::optional<endpoint> find(transaction& tx, webhook_id id);
std::vector<endpoint> list(transaction& tx, webhook_id after, std::int64_t limit);  // in the order of ids
std::int64_t count(transaction& tx);
void update(transaction& tx, webhook_id id, const settings& what);
bool remove(transaction& tx, webhook_id id);  // with its keys and deliveries; false: not found

void disable(transaction& tx, webhook_id id, disabled_reason reason);
// Clears its failures. With `position` it continues after that event.
void enable(transaction& tx, webhook_id id, std::optional<event_id> position);

event_id newest_event(transaction& tx);

// Marks the endpoint as changed, so that the delivery loop reads it again.
void touch(transaction& tx, webhook_id id);
std::int64_t changes(transaction& tx);  // a number that grows with each touch()

// Rate limit of test deliveries: counts one for the organization, or for endpoints without an organization.
// Returns false when there were `most` in this minute.
bool count_test(transaction& tx, std::optional<organization_id> of, std::int64_t most);

// --- signing keys; the secret halves are encrypted (store/encrypted_secrets.hpp)

struct signing_key {
    webhook_key_id id;
    std::string public_key;  // for the signature "v1a", otherwise empty
    time_point created{};
    std::optional<time_point> expires;
};
std::string place_of(webhook_key_id id);  // in encrypted_secrets

webhook_key_id insert_key(transaction& tx, webhook_id owner, std::string_view public_key);
std::vector<signing_key> list_keys(transaction& tx, webhook_id owner);  // newest first, with expired keys
void set_key_expiry(transaction& tx, webhook_id owner, webhook_key_id id, time_point at);
void remove_key(transaction& tx, webhook_id owner, webhook_key_id id);  // with its secret half

// --- leases: which process delivers to an endpoint

struct lease {
    std::string_view owner;
    time_point until;
};
// Takes the lease and returns its fencing token, which is larger than any before; empty when another owner
// has the lease.
std::optional<std::int64_t> claim(transaction& tx, webhook_id id, const lease& wanted);
void renew_leases(transaction& tx, const lease& held);
void release_lease(transaction& tx, webhook_id id, std::int64_t fence);
// For the start of a process that has the store to itself: leases of an earlier process are void.
void release_all_leases(transaction& tx);

// The part of an endpoint that deliveries change. save_progress() returns false, and changes nothing, when
// the fencing token is not the current one or the endpoint is deleted.
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
