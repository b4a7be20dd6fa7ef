#include "store/webhooks.hpp"

#include "base/json/json.hpp"
#include "store/encrypted_secrets.hpp"
#include "store/engine/query.hpp"

#include <array>

namespace scimd::store::webhooks {

namespace {

constexpr sql::statement list_rows{
        "webhooks.list",
        "select id, url, description, event_types, organization_id, directory_id, headers, mode, "
        "retry_schedule,"
        " signature, disabled_reason, disabled_at, created_at, updated_at, revision, position,"
        " failing_since, failures, last_failure_at, last_success_at, fence"
        " from webhook_endpoints where id between $1 and $2 order by id limit $3",
};

constexpr sql::statement count_rows{"webhooks.count", "select count(*) from webhook_endpoints"};

// update_row writes the settings, so that their columns are listed once.
constexpr sql::statement insert_row{
        "webhooks.insert",
        "insert into webhook_endpoints (id, url, description, event_types, headers, mode, signature, "
        "created_at,"
        " updated_at, position) values ($1, '', '', '[]', '{}', 'ordered', $2, $3, $3, $4)",
};

constexpr sql::statement update_row{
        "webhooks.update",
        "update webhook_endpoints set url = $2, description = $3, event_types = $4, organization_id = $5,"
        " directory_id = $6, headers = $7, mode = $8, retry_schedule = $9, updated_at = $10 where id = $1",
};

constexpr sql::statement delete_row{"webhooks.remove", "delete from webhook_endpoints where id = $1"};

constexpr sql::statement disable_row{
        "webhooks.disable",
        "update webhook_endpoints set disabled_reason = $2, disabled_at = $3, updated_at = $3 where id = $1",
};

constexpr sql::statement enable_row{
        "webhooks.enable",
        "update webhook_endpoints set disabled_reason = null, disabled_at = null, failing_since = null,"
        " failures = 0, updated_at = $2, position = coalesce($3, position) where id = $1",
};

constexpr sql::statement greatest_event{"events.newest", "select max(id) from events"};

constexpr sql::statement touch_row{
        "webhooks.touch",
        "update webhook_endpoints set revision = revision + 1 where id = $1",
};
constexpr sql::statement count_change{
        "webhooks.count_change",
        "update webhook_changes set number = number + 1 where id = 1",
};
constexpr sql::statement read_changes{
        "webhooks.changes",
        "select number from webhook_changes where id = 1",
};

constexpr sql::statement insert_key_row{
        "webhook_keys.insert",
        "insert into webhook_keys (endpoint_id, id, public_key, created_at) values ($1, $2, $3, $4)",
};
constexpr sql::statement list_key_rows{
        "webhook_keys.list",
        "select id, public_key, created_at, expires_at from webhook_keys where endpoint_id = $1 order by id "
        "desc",
};
constexpr sql::statement expire_key_row{
        "webhook_keys.expire",
        "update webhook_keys set expires_at = $3 where endpoint_id = $1 and id = $2",
};
constexpr sql::statement delete_key_row{
        "webhook_keys.remove",
        "delete from webhook_keys where endpoint_id = $1 and id = $2",
};

// A lease that ends later than this was given before the clock was set back: it can be claimed.
constexpr std::chrono::hours lease_ahead_max{1};

constexpr sql::statement claim_row{
        "webhooks.claim",
        "update webhook_endpoints set lease_owner = $2, lease_until = $3, fence = fence + 1"
        " where id = $1 and (lease_until is null or lease_until < $4 or lease_until > $5"
        " or lease_owner = $2) returning fence",
};
constexpr sql::statement renew_rows{
        "webhooks.renew",
        "update webhook_endpoints set lease_until = $2 where lease_owner = $1",
};
constexpr sql::statement release_row{
        "webhooks.release",
        "update webhook_endpoints set lease_owner = null, lease_until = null where id = $1 and fence = $2",
};
constexpr sql::statement release_rows{
        "webhooks.release_all",
        "update webhook_endpoints set lease_owner = null, lease_until = null, fence = fence + 1"
        " where lease_owner is not null",
};

// Moves the position forward only; enable() sets it to any value.
constexpr sql::statement save_row{
        "webhooks.save_progress",
        "update webhook_endpoints set position = max(position, $3), failing_since = $4, failures = $5,"
        " last_failure_at = $6, last_success_at = $7 where id = $1 and fence = $2",
};

constexpr sql::statement forget_tests{
        "webhooks.forget_tests",
        "delete from webhook_tests where minute <> $1",
};

constexpr sql::statement count_test_row{
        "webhooks.count_test",
        "insert into webhook_tests (organization_id, minute, tests) values ($1, $2, 1)"
        " on conflict (organization_id) do update set tests = tests + 1 where tests < $3",
};

std::string to_json_text(const std::vector<std::string>& texts) {
    return scimd::to_text(json::array(texts.begin(), texts.end()));
}

std::string to_json_text(const std::vector<std::pair<std::string, std::string>>& headers) {
    json::object object;
    for (const auto& [name, value] : headers)
        object[name] = value;
    return scimd::to_text(object);
}

std::optional<std::string> to_json_text(const std::vector<std::int64_t>& seconds) {
    if (seconds.empty())
        return std::nullopt;
    return scimd::to_text(json::array(seconds.begin(), seconds.end()));
}

json::value parsed(std::string_view column) {
    auto value = parse_json(column);
    if (!value)
        throw sql::failure("webhooks: the database holds what is no JSON");
    return std::move(*value);
}

delivery_mode parse_mode(std::string_view text) {
    return text == "ordered" ? delivery_mode::ordered : delivery_mode::concurrent;
}

std::optional<disabled_reason> read_reason(const sql::row& current, int column) {
    if (current.is_null(column))
        return std::nullopt;
    const auto text = current.text(column);
    return text == "operator" ? disabled_reason::operator_
           : text == "gone"   ? disabled_reason::gone
                              : disabled_reason::failing;
}

settings read_settings(const sql::row& current) {
    settings read;
    read.url = current.text(1);
    read.description = current.text(2);
    const auto types = parsed(current.text(3));
    for (const auto& one : types.as_array())
        read.event_types.emplace_back(one.as_string());
    read.organization = read_optional<organization_id>(current, 4);
    read.directory = read_optional<directory_id>(current, 5);
    const auto headers = parsed(current.text(6));
    for (const auto& [name, value] : headers.as_object())
        read.headers.emplace_back(name, value.as_string());
    read.mode = parse_mode(current.text(7));
    if (current.is_null(8))
        return read;
    const auto schedule = parsed(current.text(8));
    for (const auto& one : schedule.as_array())
        read.retry_seconds.push_back(one.as_int64());
    return read;
}

endpoint read_endpoint(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .is = read_settings(current),
            .signature = std::string(current.text(9)),
            .disabled = read_reason(current, 10),
            .disabled_at = read_optional<time_point>(current, 11),
            .created = from_column(current.integer(12)),
            .updated = from_column(current.integer(13)),
            .revision = current.integer(14),
            .position = {current.integer(15)},
            .failing_since = read_optional<time_point>(current, 16),
            .failures = current.integer(17),
            .last_failure = read_optional<time_point>(current, 18),
            .last_success = read_optional<time_point>(current, 19),
            .fence = current.integer(20),
    };
}

}  // namespace

std::string_view to_text(delivery_mode mode) {
    return mode == delivery_mode::ordered ? "ordered" : "concurrent";
}

std::string_view to_text(disabled_reason reason) {
    switch (reason) {
        case disabled_reason::operator_:
            return "operator";
        case disabled_reason::gone:
            return "gone";
        case disabled_reason::failing:
            return "failing";
    }
    return "failing";
}

endpoint insert(transaction& tx, const settings& what, std::string_view signature) {
    const webhook_id id{tx.next_id()};
    tx.sql().run(insert_row, {id.value, signature, to_column(tx.now()), newest_event(tx).value});
    update(tx, id, what);
    return *find(tx, id);
}

std::optional<endpoint> find(transaction& tx, webhook_id id) {
    return sql::one(tx, list_rows, {id.value, id.value, 1}, read_endpoint);
}

std::vector<endpoint> list(transaction& tx, webhook_id after, std::int64_t limit) {
    return sql::all(tx, list_rows, {after.value + 1, sql::integer_max, limit}, read_endpoint);
}

std::int64_t count(transaction& tx) {
    return sql::value(tx, count_rows);
}

void update(transaction& tx, webhook_id id, const settings& what) {
    const auto types = to_json_text(what.event_types);
    const auto headers = to_json_text(what.headers);
    const auto schedule = to_json_text(what.retry_seconds);
    tx.sql().run(update_row, {id.value, what.url, what.description, types, nullable(what.organization),
                                     nullable(what.directory), headers, to_text(what.mode),
                                     nullable(schedule), to_column(tx.now())});
    touch(tx, id);
}

bool remove(transaction& tx, webhook_id id) {
    for (const auto& key : list_keys(tx, id))
        remove_key(tx, id, key.id);
    const bool was_there = tx.sql().run(delete_row, {id.value}) > 0;
    tx.sql().run(count_change);
    return was_there;
}

void disable(transaction& tx, webhook_id id, disabled_reason reason) {
    tx.sql().run(disable_row, {id.value, to_text(reason), to_column(tx.now())});
    touch(tx, id);
}

void enable(transaction& tx, webhook_id id, std::optional<event_id> position) {
    tx.sql().run(enable_row, {id.value, to_column(tx.now()), nullable(position)});
    touch(tx, id);
}

event_id newest_event(transaction& tx) {
    return sql::value<event_id>(tx, greatest_event);
}

void touch(transaction& tx, webhook_id id) {
    tx.sql().run(touch_row, {id.value});
    tx.sql().run(count_change);
}

std::int64_t changes(transaction& tx) {
    return sql::value(tx, read_changes);
}

bool count_test(transaction& tx, std::optional<organization_id> of, std::int64_t most) {
    const std::int64_t minute = std::chrono::floor<std::chrono::minutes>(tx.now()).time_since_epoch().count();
    tx.sql().run(forget_tests, {minute});
    return tx.sql().run(count_test_row, {of ? of->value : 0, minute, most}) > 0;
}

std::string place_of(webhook_key_id id) {
    return "webhook_key/" + id.text();
}

webhook_key_id insert_key(transaction& tx, webhook_id owner, std::string_view public_key) {
    const webhook_key_id id{tx.next_id()};
    tx.sql().run(insert_key_row, {owner.value, id.value, public_key, to_column(tx.now())});
    touch(tx, owner);
    return id;
}

std::vector<signing_key> list_keys(transaction& tx, webhook_id owner) {
    return sql::all(tx, list_key_rows, {owner.value}, [](const sql::row& current) {
        return signing_key{
                {current.integer(0)},
                std::string(current.text(1)),
                from_column(current.integer(2)),
                read_optional<time_point>(current, 3),
        };
    });
}

void set_key_expiry(transaction& tx, webhook_id owner, webhook_key_id id, time_point at) {
    tx.sql().run(expire_key_row, {owner.value, id.value, to_column(at)});
    touch(tx, owner);
}

void remove_key(transaction& tx, webhook_id owner, webhook_key_id id) {
    tx.sql().run(delete_key_row, {owner.value, id.value});
    encrypted_secrets::erase(tx, place_of(id));
    touch(tx, owner);
}

std::optional<std::int64_t> claim(transaction& tx, webhook_id id, const lease& wanted) {
    return sql::one<std::int64_t>(tx, claim_row,
            {id.value, wanted.owner, to_column(wanted.until), to_column(tx.now()),
                    to_column(wanted.until + lease_ahead_max)});
}

void renew_leases(transaction& tx, const lease& held) {
    tx.sql().run(renew_rows, {held.owner, to_column(held.until)});
}

void release_lease(transaction& tx, webhook_id id, std::int64_t fence) {
    tx.sql().run(release_row, {id.value, fence});
}

void release_all_leases(transaction& tx) {
    tx.sql().run(release_rows);
}

bool save_progress(transaction& tx, const progress& now) {
    return tx.sql().run(save_row,
                   {now.id.value, now.fence, now.position.value, nullable(now.failing_since), now.failures,
                           nullable(now.last_failure), nullable(now.last_success)}) > 0;
}

}  // namespace scimd::store::webhooks
