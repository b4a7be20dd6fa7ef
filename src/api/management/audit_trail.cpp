#include "api/management/audit_trail.hpp"

#include "api/management/management_request.hpp"
#include "api/management/operation.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

constexpr std::size_t snapshot_bytes_max = 16 * 1024;
constexpr std::string_view withheld = "[withheld]";

// --- snapshots

// "/…/directories/{directory}:enable" is about "/…/directories/{directory}".
std::string_view without_verb(std::string_view path) {
    const auto last = path.rfind('/');
    const auto colon = path.find("}:", last);
    return colon == std::string_view::npos ? path : path.substr(0, colon + 1);
}

const route* reading_row(std::string_view path) {
    const auto table = routes();
    const auto row = std::ranges::find_if(
            table, [&](const route& one) { return one.method == "GET" && one.path == path; });
    return row == table.end() ? nullptr : &*row;
}

// The row that shows what a request is about: that of its own path, else of the nearest resource above it. A
// POST creates: there was nothing before.
const route* row_that_shows(const request_context& request) {
    auto path = without_verb(request.access_log.route);
    if (request.http.method == "POST" && path == request.access_log.route)
        return nullptr;
    if (const auto* row = reading_row(path))
        return row;
    while (path.rfind('/') != 0) {
        path = path.substr(0, path.rfind('/'));
        if (const auto* row = path.ends_with('}') ? reading_row(path) : nullptr)
            return row;
    }
    return nullptr;
}

// The answer that a reading request would get now; null: none.
json::value snapshot(const server_context& server, const request_context& request, const route* row,
        store::transaction& tx) {
    const auto step = row && row->operation.prepare ? row->operation.prepare(json::object())
                                                    : result<management_step>(error{});
    if (!step)
        return nullptr;
    http::request head;
    head.method = "GET";
    head.target = request.http.target;
    request_context view(head);
    view.parameters = request.parameters;
    view.api_client = request.api_client;
    const json::object no_body;
    management_request reading{server, view, tx, no_body};
    const auto answer = (*step)(reading);
    const auto* response = answer ? std::get_if<http::response>(&*answer) : nullptr;
    if (!response || response->status != 200)
        return nullptr;
    auto body = parse_json(response->body);
    return body ? std::move(*body) : json::value();
}

// --- the entry

bool is_secret_name(std::string_view name) {
    const auto lower = to_lower_ascii(name);
    constexpr std::array words{"secret", "token", "password", "location", "signing_key"};
    constexpr std::array harmless{"_suffix", "_id", "_time", "_at"};
    const auto holds = [&](const char* word) { return lower.find(word) != std::string::npos; };
    const auto ends = [&](const char* word) { return lower.ends_with(word); };
    return std::ranges::any_of(words, holds) && std::ranges::none_of(harmless, ends);
}

void withhold_all(json::value& value) {
    if (auto* list = value.if_array())
        std::ranges::for_each(*list, withhold_all);
    else if (auto* object = value.if_object())
        for (auto& [name, member] : *object)
            withhold_all(member);
    else
        value = withheld;
}

json::value shown(json::value document) {
    redact(document);
    const auto bytes = to_text(document).size();
    if (bytes > snapshot_bytes_max)
        return json::object{{"omitted_bytes", bytes}};
    return document;
}

// The name of the parameter of the path below that one: "webhook" of "/…/webhook-endpoints/{webhook}"; empty:
// there is none.
std::string_view name_below(std::string_view path) {
    for (const auto& row : routes()) {
        const auto rest = row.path.starts_with(path) ? row.path.substr(path.size()) : std::string_view();
        if (rest.starts_with("/{") && rest.find('}') == rest.size() - 1)
            return rest.substr(2, rest.size() - 3);
    }
    return {};
}

// The ids in the path, and those of what was created: {"organization": "org_1", "directory": "dir_2"}.
json::object targets_of(const request_context& request, const json::object& answer) {
    json::object targets;
    for (const auto& [name, value] : request.parameters)
        if (value != "-")
            targets[name] = value;
    for (const auto& [name, value] : answer)
        if (const auto* id = value.is_object() ? find_string(value.get_object(), "id") : nullptr)
            targets[name] = *id;
    const auto* id = find_string(answer, "id");  // of an answer that is the thing itself
    if (const auto name = name_below(request.access_log.route); id && !name.empty())
        targets[name] = *id;
    return targets;
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* text = find_string(object, name);
    return text ? std::string(*text) : std::string();
}

}  // namespace

audit_writer::audit_writer(
        const server_context& server, const request_context& request, store::transaction& tx)
        : server_(server),
          request_(request),
          tx_(tx),
          row_(row_that_shows(request)),
          before_(snapshot(server, request, row_, tx)) {
    const auto directory = directory_id::parse(request.parameter("directory"));
    entry_.actor = request.api_client.name;
    entry_.directory = directory;
    entry_.organization = organization_id::parse(request.parameter("organization"));
    if (directory && !entry_.organization)
        entry_.organization = store::tenants::owner_of(tx, *directory);
}

void audit_writer::write(const http::response& answer) {
    const auto parsed = parse_json_object(answer.body);
    const auto document = parsed ? *parsed : json::object();
    const auto targets = targets_of(request_, document);
    if (!entry_.organization)
        entry_.organization = organization_id::parse(text_of(targets, "organization"));
    if (!entry_.directory)
        entry_.directory = directory_id::parse(text_of(targets, "directory"));
    json::object body{{"method", request_.http.method}, {"route", request_.access_log.route},
            {"targets", targets}, {"address", request_.http.from.address}, {"request_id", request_.http.id},
            {"status", answer.status}};
    if (answer.status >= 400)
        body["message"] = text_of(document, "message");
    else
        add_snapshots(body, document);
    entry_.body = to_text(body);
    store::audit::append(tx_, entry_, server_.audit_retention);
}

void audit_writer::add_snapshots(json::object& body, const json::object& answer) {
    auto after = request_.http.method == "DELETE" ? json::value() : snapshot(server_, request_, row_, tx_);
    if (after.is_null() && request_.http.method != "DELETE")
        after = answer;
    body["before"] = shown(std::move(before_));
    body["after"] = shown(std::move(after));
}

void redact(json::value& document) {
    if (auto* list = document.if_array())
        for (auto& element : *list)
            redact(element);
    auto* object = document.if_object();
    if (!object)
        return;
    for (auto& [name, value] : *object) {
        if (value.is_string() && is_secret_name(name))
            value = withheld;
        redact(value);
    }
    withhold_headers(*object);
}

void withhold_headers(json::object& document) {
    if (auto* headers = document.if_contains("headers"))
        withhold_all(*headers);
}

}  // namespace scimd::api
