#include "api/webhook_read.hpp"

#include "base/time.hpp"
#include "service/webhook_signing.hpp"

#include <array>

namespace scimd::api {

namespace {

namespace rows = store::webhooks;

constexpr std::int64_t blocked_shown_max = 100;
constexpr std::int64_t counted_max = 100'000;

// Whether the body has the member; null stands for its default.
const json::value* given(const json::object& body, std::string_view name, bool& is_reset)
{
    const auto* value = find(body, name);
    is_reset = value && value->is_null();
    return is_reset ? nullptr : value;
}

error wrong(std::string_view name, std::string_view what)
{
    return {errc::invalid_value, std::string(name) + " must be " + std::string(what) + "."};
}

result<void> read_text(const json::object& body, std::string_view name, std::string& into)
{
    bool is_reset = false;
    const auto* value = given(body, name, is_reset);
    if (is_reset)
        into.clear();
    if (!value)
        return {};
    if (!value->is_string())
        return wrong(name, "a string");
    into = value->get_string();
    return {};
}

result<void> read_types(const json::object& body, std::vector<std::string>& into)
{
    bool is_reset = false;
    const auto* value = given(body, "event_types", is_reset);
    if (is_reset || value)
        into.clear();
    if (!value)
        return {};
    if (!value->is_array())
        return wrong("event_types", "a list of strings");
    for (const auto& one : value->get_array()) {
        if (!one.is_string())
            return wrong("event_types", "a list of strings");
        into.emplace_back(one.get_string());
    }
    return {};
}

template <class Id>
result<void> read_id(const json::object& body, std::string_view name, std::optional<Id>& into)
{
    std::string text = into ? into->text() : std::string();
    if (const auto read = read_text(body, name, text); !read)
        return read.error();
    into.reset();
    if (text.empty())
        return {};
    into = Id::parse(text);
    if (!into)
        return error{errc::not_found, std::string(name) + " is none of ours."};
    return {};
}

result<void> read_headers(const json::object& body, rows::settings& into)
{
    bool is_reset = false;
    const auto* value = given(body, "headers", is_reset);
    if (is_reset || value)
        into.headers.clear();
    if (!value)
        return {};
    if (!value->is_object())
        return wrong("headers", "an object of strings");
    for (const auto& [name, one] : value->get_object()) {
        if (!one.is_string())
            return wrong("headers", "an object of strings");
        into.headers.emplace_back(name, one.get_string());
    }
    return {};
}

result<void> read_mode(const json::object& body, rows::settings& into)
{
    std::string text(rows::to_text(into.mode));
    if (const auto read = read_text(body, "mode", text); !read)
        return read.error();
    if (text == "concurrent")
        into.mode = rows::delivery_mode::concurrent;
    else if (text.empty() || text == "ordered")
        into.mode = rows::delivery_mode::ordered;
    else
        return wrong("mode", "\"ordered\" or \"concurrent\"");
    return {};
}

result<void> read_schedule(const json::object& body, rows::settings& into)
{
    bool is_reset = false;
    const auto* value = given(body, "retry_schedule_seconds", is_reset);
    if (is_reset || value)
        into.retry_seconds.clear();
    if (!value)
        return {};
    if (!value->is_array())
        return wrong("retry_schedule_seconds", "a list of whole numbers");
    for (const auto& one : value->get_array()) {
        if (!one.is_int64())
            return wrong("retry_schedule_seconds", "a list of whole numbers");
        into.retry_seconds.push_back(one.get_int64());
    }
    return {};
}

json::array keys_of(store::transaction& tx, webhook_id of)
{
    json::array listed;
    for (const auto& key : rows::list_keys(tx, of)) {
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

json::array blocked_of(store::transaction& tx, webhook_id of)
{
    json::array listed;
    for (const auto& lane : rows::list_lanes(tx, of, blocked_shown_max)) {
        if (lane.head.value == 0)
            continue;  // about to catch up
        json::object row{
            {"event_id", lane.head.text()},
            {"attempts", lane.attempts},
            {"next_attempt_time", format_rfc3339(lane.due)},
            {"last_error", lane.last_error}
        };
        if (lane.directory.value != 0)
            row["directory_id"] = lane.directory.text();
        listed.push_back(std::move(row));
    }
    return listed;
}

}  // namespace

result<rows::endpoint> read_webhook(store::transaction& tx, const call& on)
{
    const auto id = webhook_id::parse(on.parameter("webhook"));
    auto found = id ? rows::find(tx, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The webhook endpoint was not found."};
    return std::move(*found);
}

result<rows::settings> read_settings(const json::object& body, rows::settings so_far)
{
    for (const auto& read : std::array{
             read_text(body, "url", so_far.url),
             read_text(body, "description", so_far.description),
             read_types(body, so_far.event_types),
             read_id(body, "organization_id", so_far.organization),
             read_id(body, "directory_id", so_far.directory),
             read_headers(body, so_far),
             read_mode(body, so_far),
             read_schedule(body, so_far)
         })
        if (!read)
            return read.error();
    if (so_far.url.empty())
        return error{errc::invalid_value, "url is required."};
    return so_far;
}

json::object to_json(store::transaction& tx, const rows::endpoint& from)
{
    json::object headers;
    for (const auto& [name, value] : from.is.headers)
        headers[name] = value;
    const auto keys = keys_of(tx, from.id);
    json::object body{
        {"id", from.id.text()},
        {"url", from.is.url},
        {"description", from.is.description},
        {"event_types", json::array(from.is.event_types.begin(), from.is.event_types.end())},
        {"headers", std::move(headers)},
        {"mode", rows::to_text(from.is.mode)},
        {"signature", from.signature},
        {"retry_schedule_seconds", json::array(from.is.retry_seconds.begin(), from.is.retry_seconds.end())},
        {"enabled", !from.disabled},
        {"create_time", format_rfc3339(from.created)},
        {"update_time", format_rfc3339(from.updated)}
    };
    if (from.is.organization)
        body["organization_id"] = from.is.organization->text();
    if (from.is.directory)
        body["directory_id"] = from.is.directory->text();
    if (from.disabled) {
        body["disabled_reason"] = rows::to_text(*from.disabled);
        body["disable_time"] = format_rfc3339(*from.disabled_at);
    }
    if (!keys.empty())
        if (const auto* shown = find_string(keys.front().as_object(), "public_key"))
            body["public_key"] = *shown;
    body["keys"] = keys;
    return body;
}

json::object stats_of(store::transaction& tx, const rows::endpoint& of)
{
    json::object stats{
        {"position", "c_" + std::to_string(of.position.value)},
        {"has_caught_up", !rows::next_event(tx, of.position)},
        {"consecutive_failures", of.failures},
        {"waiting", rows::count_deliveries(tx, of.id, rows::delivery_state::waiting, counted_max)},
        {"dead_letters", rows::count_deliveries(tx, of.id, rows::delivery_state::dead, counted_max)},
        {"blocked", blocked_of(tx, of.id)}
    };
    if (of.failing_since)
        stats["failing_since"] = format_rfc3339(*of.failing_since);
    if (of.last_success)
        stats["last_success_time"] = format_rfc3339(*of.last_success);
    if (of.last_failure)
        stats["last_failure_time"] = format_rfc3339(*of.last_failure);
    return stats;
}

}  // namespace scimd::api
