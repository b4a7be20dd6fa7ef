#include "cli/webhook_requests.hpp"

#include "base/text.hpp"
#include "cli/requests.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::cli {
namespace {

constexpr std::string_view endpoints = "/api/v1/webhook-endpoints";

std::string path_of(const options::command& what)
{
    return std::string(endpoints) + '/' + path_segment(what.arguments[0]);
}

std::string letter_of(const options::command& what)
{
    return path_of(what) + "/dead-letters/" + path_segment(what.arguments[1]);
}

// A number where the text is one; else the text, for the server to refuse.
json::value number_or_text(const std::string& text)
{
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? json::value(number) : json::value(text);
}

json::object headers_of(const std::vector<std::string>& lines)
{
    json::object headers;
    for (const auto& line : lines) {
        const auto colon = std::min(line.find(':'), line.size());
        const auto value = colon < line.size() ? trim(std::string_view(line).substr(colon + 1)) : "";
        headers[line.substr(0, colon)] = value;
    }
    return headers;
}

json::object settings_of(const options::webhook_arguments& given)
{
    json::object body;
    add_if_given(body, "url", given.url);
    add_if_given(body, "description", given.description);
    add_if_given(body, "organization_id", given.organization);
    add_if_given(body, "directory_id", given.directory);
    add_if_given(body, "mode", given.mode);
    add_if_given(body, "signature", given.signature);
    if (!given.event_types.empty())
        body["event_types"] = json::array(given.event_types.begin(), given.event_types.end());
    if (!given.headers.empty())
        body["headers"] = headers_of(given.headers);
    if (given.retry_seconds.empty())
        return body;
    json::array seconds;
    for (const auto& one : given.retry_seconds)
        seconds.push_back(number_or_text(one));
    body["retry_schedule_seconds"] = std::move(seconds);
    return body;
}

// A bound of a range is a time or an event's id.
void add_bound(json::object& body, std::string name, const std::string& text)
{
    if (text.starts_with("evt_"))
        name += "_event_id";
    add_if_given(body, name, text);
}

json::object replay_of(const options::webhook_arguments& given)
{
    json::object body;
    add_if_given(body, "event_id", given.event);
    add_bound(body, "from", given.from);
    add_bound(body, "to", given.to);
    return body;
}

http::request settings_request(const options::command& what)
{
    auto body = settings_of(what.webhook);
    if (what.positional[1] == "update")
        return make_request("PATCH", path_of(what), body);
    body["url"] = what.arguments[0];
    return make_request("POST", std::string(endpoints), body);
}

http::request action_request(const options::command& what)
{
    json::object body;
    const auto& verb = what.positional[1];
    if (verb == "enable" && what.webhook.skips_backlog)
        body["skip_backlog"] = true;
    if (verb == "rotate-secret" && !what.webhook.overlap_seconds.empty())
        body["overlap_seconds"] = number_or_text(what.webhook.overlap_seconds);
    if (verb == "retry-failed") {
        add_bound(body, "since", what.webhook.from);
        add_bound(body, "until", what.webhook.to);
    }
    if (verb == "replay")
        body = replay_of(what.webhook);
    return make_request("POST", path_of(what) + ':' + verb, body);
}

}  // namespace

http::request webhook_request(const options::command& what)
{
    const auto& verb = what.positional[1];
    if (verb == "create" || verb == "update")
        return settings_request(what);
    if (verb == "list")
        return make_request("GET", std::string(endpoints) + "?page_size=100");
    if (verb == "show")
        return make_request("GET", path_of(what));
    if (verb == "delete")
        return make_request("DELETE", path_of(what));
    if (verb == "attempts")
        return make_request(
            "GET", path_of(what) + "/attempts?page_size=100&event_id=" + path_segment(what.webhook.event)
        );
    if (verb == "dead-letters")
        return make_request("GET", path_of(what) + "/dead-letters?page_size=100");
    if (verb == "dead-letter")
        return make_request("GET", letter_of(what));
    if (verb == "retry")
        return make_request("POST", letter_of(what) + ":retry");
    if (verb == "discard")
        return make_request("DELETE", letter_of(what));
    return action_request(what);
}

http::request test_attempts_request(const options::command& what, const json::object& answer)
{
    const auto* event = find_string(answer, "event_id");
    return make_request(
        "GET", path_of(what) + "/attempts?event_id=" + (event ? std::string(*event) : std::string())
    );
}

}  // namespace scimd::cli
