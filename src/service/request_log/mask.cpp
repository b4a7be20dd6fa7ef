#include "service/request_log/mask.hpp"

#include "base/json/json.hpp"
#include "base/network/domain_name.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace scimd::service {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t plain_bytes_max = 150;
constexpr std::size_t address_bytes_max = 320;  // RFC 3696, erratum 1690
constexpr std::size_t id_bytes_quoted = 64;
constexpr std::size_t elements_max = 10;
constexpr std::size_t query_bytes_max = 1'000;
constexpr std::size_t depth_max = 8;
constexpr std::string_view masked = "***";

constexpr std::array<std::string_view, 5> plain_names = {"schemas", "op", "type", "method", "resourceType"};
constexpr std::array<std::string_view, 7> plain_parameters = {
        "attributes", "excludedAttributes", "sortBy", "sortOrder", "startIndex", "count", "aadOptscim062020"};
constexpr std::array<std::string_view, 9> operators = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"};

template <std::size_t Count>
bool is_one_of(std::string_view name, const std::array<std::string_view, Count>& names) {
    return std::ranges::any_of(names, [&](auto one) { return equals_ignoring_case(name, one); });
}

bool is_name_letter(char letter) {
    const auto lower = to_lower_ascii(letter);
    return (lower >= 'a' && lower <= 'z') || (letter >= '0' && letter <= '9') ||
           std::string_view("_-.:$,").find(letter) != std::string_view::npos;
}

// "work", "urn:ietf:params:scim:schemas:core:2.0:User"
bool is_plain(std::string_view text) {
    return text.size() <= plain_bytes_max && std::ranges::all_of(text, is_name_letter);
}

// "diruser_42": letters, an underscore, digits.
bool is_issued_id(std::string_view text) {
    const auto underscore = text.rfind('_');
    if (text.size() > plain_bytes_max || underscore == std::string_view::npos ||
            underscore + 1 == text.size())
        return false;
    const auto prefix = text.substr(0, underscore);
    const auto is_lower = [](char letter) { return letter >= 'a' && letter <= 'z'; };
    return prefix.starts_with("dir") && std::ranges::all_of(prefix, is_lower) &&
           text.find_first_not_of("0123456789", underscore + 1) == std::string_view::npos;
}

// Masks quoted text; a quote that is never closed extends to the end.
std::string mask_quoted(std::string_view text) {
    std::string kept;
    bool is_inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_inside && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            kept.append(is_inside ? masked : std::string_view()).append("\"");
            is_inside = !is_inside;
        } else if (!is_inside) {
            kept += text[i];
        }
    }
    return is_inside ? kept.append(masked) : kept;
}

// Applies `mask` to each word of a text whose quoted parts are masked already.
template <class Mask>
std::string mask_words(const std::string& text, Mask mask) {
    std::string kept;
    bool is_first = true;
    for (const auto word : split(text, ' ')) {
        kept.append(is_first ? "" : " ").append(mask(word));
        is_first = false;
    }
    return kept;
}

// Masks the literals of a filter. A literal without quotes follows an operator.
std::string mask_filter(std::string_view text) {
    bool is_literal = false;
    return mask_words(mask_quoted(text), [&](std::string_view word) -> std::string {
        const bool is_hidden = is_literal && word.find('"') == std::string_view::npos;
        is_literal = is_one_of(word, operators);
        const bool has_address = word.find('@') != std::string_view::npos;
        return is_hidden || has_address ? std::string(masked) : std::string(word.substr(0, name_bytes_max));
    });
}

std::string mask_address(std::string_view text) {
    if (text.size() > address_bytes_max || text.find('@') == std::string_view::npos)
        return std::string(masked);
    const auto domain = domain_of_email(text);
    return domain ? std::string(masked) + '@' + domain->text() : std::string(masked);
}

std::string mask_text(std::string_view name, std::string_view text) {
    if (equals_ignoring_case(name, "filter"))
        return mask_filter(text.substr(0, plain_bytes_max));
    if (equals_ignoring_case(name, "path"))
        return mask_path(text.substr(0, plain_bytes_max));
    if (is_issued_id(text) || (is_one_of(name, plain_names) && is_plain(text)))
        return std::string(text);
    return mask_address(text);
}

// An attribute name is often a path: "emails[type eq \"work\"].value".
std::string mask_name(std::string_view name) {
    return mask_filter(name.substr(0, name_bytes_max));
}

// NOLINTBEGIN(misc-no-recursion): no deeper than depth_max
json::value mask_value(std::string_view name, const json::value& value, std::size_t depth);

json::object mask_object(const json::object& from, std::size_t depth) {
    json::object kept;
    for (const auto& [name, value] : from)
        kept[mask_name(name)] = mask_value(name, value, depth + 1);
    return kept;
}

json::array mask_array(std::string_view name, const json::array& from, std::size_t depth) {
    json::array kept;
    for (const auto& element : from) {
        if (kept.size() == elements_max) {
            kept.emplace_back("and " + std::to_string(from.size() - elements_max) + " more");
            break;
        }
        kept.push_back(mask_value(name, element, depth + 1));
    }
    return kept;
}

json::value mask_value(std::string_view name, const json::value& value, std::size_t depth) {
    if (depth > depth_max)
        return json::value(masked);
    if (value.is_object())
        return mask_object(value.get_object(), depth);
    if (value.is_array())
        return mask_array(name, value.get_array(), depth);
    if (value.is_bool() || value.is_null())
        return value;
    if (value.is_string())
        return json::value(mask_text(name, value.get_string()));
    return json::value(masked);
}
// NOLINTEND(misc-no-recursion)

}  // namespace

std::string mask_body(std::string_view text) {
    if (text.empty())
        return {};
    const auto body = parse_json(text);
    if (!body)
        return "no JSON, " + std::to_string(text.size()) + " bytes";
    auto kept = to_text(mask_value("", *body, 0));
    return kept.size() <= masked_bytes_max ? kept : "large, " + std::to_string(text.size()) + " bytes";
}

std::string mask_query(const std::vector<std::pair<std::string, std::string>>& query) {
    std::string kept;
    for (const auto& [name, value] : query) {
        kept.append(kept.empty() ? "" : "&");
        if (equals_ignoring_case(name, "filter"))
            kept.append("filter=").append(mask_filter(value));
        else if (is_one_of(name, plain_parameters) && is_plain(value))
            kept.append(name).append("=").append(value);
        else
            kept.append(is_plain(name) ? name : masked).append("=").append(masked);
        if (kept.size() > query_bytes_max)
            return kept.append("&…");
    }
    return kept;
}

std::string mask_path(std::string_view text) {
    if (!text.starts_with('/'))
        return mask_filter(text);
    // The path of a bulk operation, as in "/Users/diruser_42".
    const auto second = text.find('/', 1);
    const auto endpoint = text.substr(0, second);
    std::string kept(is_plain(endpoint.substr(1)) ? endpoint : "/***");
    return second == std::string_view::npos ? kept
                                            : kept.append("/").append(mask_id(text.substr(second + 1)));
}

std::string mask_detail(std::string_view text, std::string_view id) {
    std::string kept(text);
    // Details quote only the first bytes of an id.
    const auto foreign = is_issued_id(id) ? std::string_view() : id.substr(0, id_bytes_quoted);
    for (std::size_t at = 0; !foreign.empty() && (at = kept.find(foreign, at)) != std::string::npos;) {
        kept.replace(at, foreign.size(), masked);
        at += masked.size();
    }
    return mask_words(mask_quoted(kept), [](std::string_view word) {
        const bool is_hidden = word.find('@') != std::string_view::npos || word.starts_with('/');
        return std::string(is_hidden ? masked : word);
    });
}

std::string mask_id(std::string_view text) {
    if (text.empty())
        return {};
    return std::string(is_issued_id(text) ? text : masked);
}

}  // namespace scimd::service
