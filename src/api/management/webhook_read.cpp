#include "api/management/webhook_read.hpp"

#include "base/time.hpp"
#include "service/webhooks/webhook_signing.hpp"

#include <optional>

namespace scimd::api {

namespace {

namespace webhook_rows = store::webhooks;

constexpr number_bounds webhook_page_size_bounds{1, 100, 30};
constexpr std::int64_t blocked_shown_max = 100;
constexpr std::int64_t counted_max = 100'000;

json::array keys_of(store::transaction& tx, webhook_id of) {
    json::array listed;
    for (const auto& key : webhook_rows::list_keys(tx, of)) {
        if (key.expires && *key.expires <= tx.now())
            continue;
        json::object row{{"id", key.id.text()}, {"create_time", format_rfc3339(key.created)}};
        if (!key.public_key.empty())
            row["public_key"] = key.public_key;
        if (key.expires)
            row["expire_time"] = format_rfc3339(*key.expires);
        listed.push_back(std::move(row));
    }
    return listed;
}

json::array blocked_of(store::transaction& tx, webhook_id of) {
    json::array listed;
    for (const auto& lane : webhook_rows::list_directory_queues(tx, of, blocked_shown_max)) {
        if (lane.head.value == 0)
            continue;  // about to catch up
        json::object row{{"event_id", lane.head.text()}, {"attempts", lane.attempts},
                {"next_attempt_time", format_rfc3339(lane.due)}, {"last_error", lane.last_error}};
        if (lane.directory.value != 0)
            row["directory_id"] = lane.directory.text();
        listed.push_back(std::move(row));
    }
    return listed;
}

}  // namespace

result<webhook_rows::endpoint> read_webhook(const management_request& request) {
    const auto id = webhook_id::parse(request.parameter("webhook"));
    auto found = id ? webhook_rows::find(request.tx, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The webhook endpoint was not found."};
    return std::move(*found);
}

result<webhook_page> read_webhook_page(const management_request& request) {
    const auto size = number_parameter(request.context, "page_size", webhook_page_size_bounds);
    if (!size)
        return size.error();
    const auto token = number_parameter(request.context, "page_token", {0, number_max - 1, 0});
    if (!token)
        return error{errc::invalid_value, "page_token is not valid."};
    return webhook_page{*size, *token};
}

json::object endpoint_json(store::transaction& tx, const webhook_rows::endpoint& from) {
    json::object headers;
    for (const auto& [name, value] : from.is.headers)
        headers[name] = value;
    const auto keys = keys_of(tx, from.id);
    json::object body{{"id", from.id.text()}, {"url", from.is.url}, {"description", from.is.description},
            {"event_types", json::array(from.is.event_types.begin(), from.is.event_types.end())},
            {"headers", std::move(headers)}, {"mode", webhook_rows::to_text(from.is.mode)},
            {"signature", from.signature},
            {"retry_schedule_seconds",
                    json::array(from.is.retry_seconds.begin(), from.is.retry_seconds.end())},
            {"enabled", !from.disabled}, {"create_time", format_rfc3339(from.created)},
            {"update_time", format_rfc3339(from.updated)}};
    if (from.is.organization)
        body["organization_id"] = from.is.organization->text();
    if (from.is.directory)
        body["directory_id"] = from.is.directory->text();
    if (from.disabled) {
        body["disabled_reason"] = webhook_rows::to_text(*from.disabled);
        body["disable_time"] = format_rfc3339(*from.disabled_at);
    }
    if (!keys.empty())
        if (const auto* shown = find_string(keys.front().as_object(), "public_key"))
            body["public_key"] = *shown;
    body["keys"] = keys;
    return body;
}

json::object stats_of(store::transaction& tx, const webhook_rows::endpoint& of) {
    json::object stats{{"position", event_cursor_text(of.position)},
            {"has_caught_up", !webhook_rows::next_event(tx, of.position)},
            {"consecutive_failures", of.failures},
            {"waiting", webhook_rows::count_deliveries(
                                tx, of.id, webhook_rows::delivery_state::waiting, counted_max)},
            {"dead_letters", webhook_rows::count_deliveries(
                                     tx, of.id, webhook_rows::delivery_state::dead, counted_max)},
            {"blocked", blocked_of(tx, of.id)}};
    if (of.failing_since)
        stats["failing_since"] = format_rfc3339(*of.failing_since);
    if (of.last_success)
        stats["last_success_time"] = format_rfc3339(*of.last_success);
    if (of.last_failure)
        stats["last_failure_time"] = format_rfc3339(*of.last_failure);
    return stats;
}

}  // namespace scimd::api
