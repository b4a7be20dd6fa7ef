#include "cli/requests.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace scimd::cli {
namespace {

using options::value_kind;

constexpr std::string_view api = "/api/v1";

// Puts arguments in place of their names in braces.
template <class Encode>
std::string fill_in(std::string_view pattern, const options::command& command, Encode encode) {
    std::string text;
    while (!pattern.empty()) {
        const auto open = std::min(pattern.find('{'), pattern.size());
        text += pattern.substr(0, open);
        pattern.remove_prefix(open);
        if (pattern.empty())
            break;
        const auto close = pattern.find('}');
        text += encode(command.argument(pattern.substr(1, close - 1)));
        pattern.remove_prefix(close + 1);
    }
    return text;
}

// --- values

// A text that is no number goes as it is, for the server to refuse with the reason.
json::value number_or_text(const std::string& text) {
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? json::value(number) : json::value(text);
}

json::value headers_of(const std::vector<std::string>& lines) {
    json::object headers;
    for (const auto& line : lines) {
        const auto colon = std::min(line.find(':'), line.size());
        const auto value = colon < line.size() ? trim(std::string_view(line).substr(colon + 1)) : "";
        headers[line.substr(0, colon)] = value;
    }
    return headers;
}

json::value numbers_of(const std::vector<std::string>& texts) {
    json::array numbers;
    for (const auto& text : texts)
        numbers.push_back(number_or_text(text));
    return numbers;
}

json::value value_of(value_kind kind, const std::vector<std::string>& given) {
    switch (kind) {
        case value_kind::number:
        case value_kind::count:
            return number_or_text(given.front());
        case value_kind::limit:
            return given.front() == "default" ? json::value(nullptr) : number_or_text(given.front());
        case value_kind::texts:
            return json::array(given.begin(), given.end());
        case value_kind::numbers:
            return numbers_of(given);
        case value_kind::headers:
            return headers_of(given);
        case value_kind::file:
            return json::value(std::filesystem::absolute(given.front()).string());
        default:
            return json::value(given.front());
    }
}

// --- fields of the body

std::optional<json::value> switch_value(
        const options::command& command, const options::parameter& one, std::string_view value_when_on) {
    const bool is_on = command.is_on(one.name);
    if (value_when_on.empty())
        return json::value(is_on);
    if (!is_on)
        return std::nullopt;
    if (value_when_on == "true" || value_when_on == "false")
        return json::value(value_when_on == "true");
    return json::value(value_when_on);
}

// Empty: the field is left out.
std::optional<json::value> field_value(
        const options::command& command, const options::parameter& one, std::string_view fixed_value) {
    if (one.kind == value_kind::constant)
        return json::value(fixed_value);
    if (one.kind == value_kind::on_off)
        return switch_value(command, one, fixed_value);
    if (!one.is_option())
        return value_of(one.kind, {command.argument(one.name)});
    const auto& given = command.all(one.name);
    return given.empty() ? std::nullopt : std::optional(value_of(one.kind, given));
}

void add_field(json::object& body, const options::command& command, const options::parameter& one) {
    const auto equals = std::min(one.field.find('='), one.field.size());
    const auto fixed_value = one.field.substr(std::min(equals + 1, one.field.size()));
    auto name = fill_in(one.field.substr(0, equals), command, [](const std::string& text) { return text; });
    auto value = field_value(command, one, fixed_value);
    auto* to = &body;
    if (const auto dot = one.field.find('.'); dot != std::string_view::npos) {
        to = &body.emplace(one.field.substr(0, dot), json::object()).first->value().as_object();
        name.erase(0, dot + 1);
    }
    if (one.kind == value_kind::time_or_event && command.option(one.name).starts_with("evt_"))
        name += "_event_id";
    if (value)
        (*to)[name] = std::move(*value);
}

}  // namespace

http::request make_request(std::string_view method, std::string target, const json::object& body) {
    http::request made;
    made.method = method;
    made.target = std::move(target);
    if (!body.empty()) {
        made.headers.add("Content-Type", "application/json");
        made.body = to_text(body);
    }
    return made;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        const bool is_plain = std::isalnum(code) != 0 || letter == '_' || letter == '-';
        if (is_plain) {
            encoded += letter;
        } else {
            encoded += '%';
            encoded += digits[code >> 4U];
            encoded += digits[code & 15U];
        }
    }
    return encoded;
}

http::request request_of(const options::command& command) {
    const auto line = command.row->request;
    const auto method = line.substr(0, line.find(' '));
    auto target = std::string(api) + fill_in(line.substr(method.size() + 1), command, percent_encode);
    json::object body;
    for (const auto& one : command.row->parameters) {
        if (one.field.empty())
            continue;
        if (method != "GET")
            add_field(body, command, one);
        else if (const auto& text = command.option(one.name); !text.empty())
            target.append("&").append(one.field).append("=").append(percent_encode(text));
    }
    return make_request(method, std::move(target), body);
}

http::request test_attempts_request(const options::command& command, const json::object& answer) {
    const auto* event = find_string(answer, "event_id");
    return make_request("GET", std::string(api) + "/webhook-endpoints/" +
                                       percent_encode(command.argument("ID")) +
                                       "/attempts?event_id=" + (event ? std::string(*event) : std::string()));
}

}  // namespace scimd::cli
