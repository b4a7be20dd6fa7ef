#include "service/webhooks/webhooks.hpp"

#include "base/text.hpp"
#include "service/auth/tokens.hpp"
#include "service/events/events.hpp"
#include "service/webhooks/webhook_filter.hpp"
#include "service/webhooks/webhook_schedule.hpp"
#include "store/encrypted_secrets.hpp"
#include "store/events.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace scimd::service::webhooks {

namespace {

namespace rows = store::webhooks;

result<void> check_schedule(const std::vector<std::int64_t>& pauses) {
    const bool is_in_range = std::ranges::all_of(
            pauses, [](std::int64_t one) { return one >= 0 && one <= retry_delay_max.count(); });
    if (pauses.size() > attempts_max || !is_in_range) {
        return error{errc::invalid_value, "retry_schedule_seconds must have at most " +
                                                  std::to_string(attempts_max) + " numbers from 0 to " +
                                                  std::to_string(retry_delay_max.count()) + "."};
    }
    return {};
}

// Organization and directory exist, and the directory is the organization's when both are given.
result<void> check_scope(store::transaction& tx, const rows::settings& wanted) {
    if (wanted.organization && !store::tenants::find_organization(tx, *wanted.organization))
        return error{errc::not_found, "organization_id: the organization was not found."};
    if (!wanted.directory)
        return {};
    const auto owner = store::tenants::owner_of(tx, *wanted.directory);
    if (!owner || (wanted.organization && *owner != *wanted.organization))
        return error{errc::not_found, "directory_id: the directory was not found."};
    return {};
}

result<void> check(store::transaction& tx, const target_rules& rules, const rows::settings& wanted) {
    if (const auto url = endpoint_url::parse(wanted.url, rules); !url)
        return url.error();
    if (wanted.description.size() > description_bytes_max || !is_storable(wanted.description)) {
        return error{errc::invalid_value, "description must have at most " +
                                                  std::to_string(description_bytes_max) +
                                                  " bytes, without control characters."};
    }
    if (const auto types = check_event_types(wanted.event_types); !types)
        return types.error();
    if (wanted.headers.size() > headers_max) {
        return error{errc::invalid_value,
                "headers must not have more than " + std::to_string(headers_max) + " fields."};
    }
    for (const auto& [name, value] : wanted.headers)
        if (const auto header = check_header(name, value); !header)
            return header.error();
    if (const auto schedule = check_schedule(wanted.retry_seconds); !schedule)
        return schedule.error();
    return check_scope(tx, wanted);
}

issued_key issue(
        store::transaction& tx, const key_dependencies& keys, webhook_id owner, signature_kind kind) {
    issued_key made;
    auto key = make_signing_key(kind, keys.random);
    made.public_key = public_key_of(key);
    const auto id = rows::insert_key(tx, owner, made.public_key);
    store::encrypted_secrets::put(tx, keys.key_vault, rows::place_of(id), key.reveal());
    if (kind == signature_kind::v1)
        made.plain = std::move(key);
    return made;
}

}  // namespace

result<created_endpoint> create(store::transaction& tx, const key_dependencies& keys,
        const rows::settings& wanted, signature_kind signature) {
    if (const auto good = check(tx, keys.rules, wanted); !good)
        return good.error();
    if (const auto known = check_types_exist(wanted.event_types); !known)
        return known.error();
    if (rows::count(tx) >= endpoints_max) {
        return error{
                errc::conflict, "There are " + std::to_string(endpoints_max) + " webhook endpoints already."};
    }
    const auto row = rows::insert(tx, wanted, to_text(signature));
    auto key = issue(tx, keys, row.id, signature);
    return created_endpoint{*rows::find(tx, row.id), std::move(key)};
}

result<rows::endpoint> update(store::transaction& tx, const key_dependencies& keys,
        const rows::endpoint& before, const rows::settings& after) {
    if (const auto good = check(tx, keys.rules, after); !good)
        return good.error();
    // An endpoint can have types that no longer exist: its other settings can still be changed.
    if (after.event_types != before.is.event_types)
        if (const auto known = check_types_exist(after.event_types); !known)
            return known.error();
    if (!(before.is == after))
        rows::update(tx, before.id, after);
    return *rows::find(tx, before.id);
}

issued_key rotate(store::transaction& tx, const key_dependencies& keys, const rows::endpoint& endpoint,
        std::chrono::seconds overlap) {
    const auto end = tx.now() + overlap;
    std::size_t kept = 1;  // the new one
    for (const auto& key : rows::list_keys(tx, endpoint.id)) {
        const bool is_dead = end <= tx.now() || !is_alive(key, tx.now());
        if (is_dead || kept == keys_max) {
            rows::remove_key(tx, endpoint.id, key.id);
            continue;
        }
        ++kept;
        if (!key.expires || *key.expires > end)
            rows::set_key_expiry(tx, endpoint.id, key.id, end);
    }
    return issue(tx, keys, endpoint.id, *parse_signature_kind(endpoint.signature));
}

key_ring open_keys(store::transaction& tx, const vault& key_vault, webhook_id endpoint) {
    key_ring ring;
    for (const auto& key : rows::list_keys(tx, endpoint)) {
        if (!is_alive(key, tx.now()))
            continue;
        if (auto text = store::encrypted_secrets::find(tx, key_vault, rows::place_of(key.id)))
            ring.keys.push_back(std::move(*text));
        if (key.expires)
            ring.expires = std::min(ring.expires.value_or(*key.expires), *key.expires);
    }
    return ring;
}

result<event_id> send_test(
        store::transaction& tx, environment_id environment, const rows::endpoint& endpoint) {
    const auto owner = endpoint.is.directory ? store::tenants::owner_of(tx, *endpoint.is.directory)
                                             : endpoint.is.organization;
    if (!rows::count_test(tx, owner, tests_per_minute))
        return error{errc::too_many_requests,
                "There are at most " + std::to_string(tests_per_minute) + " tests a minute."};
    const event_id id{tx.next_id()};
    event_draft draft;
    draft.type = "webhook_endpoint.test";
    draft.object = "WebhookEndpoint";
    draft.data = {{"id", endpoint.id.text()}, {"description", endpoint.is.description}};
    rows::delivery test;
    test.event = id;
    test.due = time_point();  // before all other deliveries
    test.test_body = text_outside_log(id, tx.now(), {environment, "api", {}, {}}, std::move(draft));
    rows::put_delivery(tx, endpoint.id, test);
    rows::touch(tx, endpoint.id);
    return id;
}

replay_outcome replay(store::transaction& tx, const rows::endpoint& endpoint, const replay_range& range) {
    std::map<directory_id, event_id> settled;
    for (const auto& queue :
            rows::list_directory_queues(tx, endpoint.id, std::numeric_limits<std::int64_t>::max()))
        settled[queue.directory] = queue.settled;
    // Events after the position of the endpoint or of its directory queue are still to be sent anyway.
    const auto is_pending = [&](const store::events::event& one) {
        const auto queue = settled.find(one.directory);
        return one.id > endpoint.position || (queue != settled.end() && one.id > queue->second);
    };
    replay_outcome outcome;
    std::vector<event_id> chosen;
    std::int64_t seen = 0;
    constexpr std::int64_t seen_max = 10 * replayed_max;
    store::events::list_after(tx, {range.from.value - 1}, seen_max + 1, [&](const auto& one) {
        if (one.id > range.to)
            return false;
        if (outcome.count == replayed_max || ++seen > seen_max) {
            outcome.next = one.id;
            return false;
        }
        if (!is_pending(one) && is_subscribed(endpoint, one)) {
            chosen.push_back(one.id);
            ++outcome.count;
        }
        return true;
    });
    for (const auto id : chosen) {
        rows::delivery again;
        again.event = id;
        again.due = tx.now();
        rows::put_delivery(tx, endpoint.id, again);
    }
    if (!chosen.empty())
        rows::touch(tx, endpoint.id);
    return outcome;
}

bool is_subscribed(const rows::endpoint& endpoint, const store::events::event& event) {
    if (endpoint.is.organization && *endpoint.is.organization != event.organization)
        return false;
    if (endpoint.is.directory && *endpoint.is.directory != event.directory)
        return false;
    if (!matches(endpoint.is.event_types, event.type))
        return false;
    // An endpoint does not receive events about itself: each failed delivery would cause another one.
    const bool is_of_webhooks = event.type.starts_with("webhook_endpoint.");
    return !is_of_webhooks || event.body.find('"' + endpoint.id.text() + '"') == std::string::npos;
}

}  // namespace scimd::service::webhooks
