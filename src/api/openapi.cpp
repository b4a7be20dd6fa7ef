#include "api/openapi.hpp"

#include "base/text.hpp"
#include "embedded_openapi.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace scimd::api {
namespace {

error wrong(std::string_view path, std::string_view fault) {
    std::string text(path.empty() ? std::string_view("The body") : path);
    return {errc::invalid_value, text.append(" ").append(fault).append(".")};
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
            text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

unsigned type_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::object:
            return value_type::object;
        case json::kind::array:
            return value_type::array;
        case json::kind::string:
            return value_type::string;
        case json::kind::bool_:
            return value_type::boolean;
        case json::kind::int64:
        case json::kind::uint64:
            return value_type::integer | value_type::number;
        case json::kind::double_:
            return value_type::number;
        case json::kind::null:
            break;
    }
    return value_type::null;
}

bool is_choice(const json::value& value, const value_rule& rule) {
    if (value.is_string())
        return std::ranges::find(rule.texts, std::string_view(value.get_string())) != rule.texts.end();
    return value.is_int64() && std::ranges::find(rule.numbers, value.get_int64()) != rule.numbers.end();
}

// "must have 1 to 200 characters"
result<void> check_count(
        const count_range& range, std::size_t count, const std::string& path, std::string_view unit) {
    const auto number = static_cast<std::int64_t>(count);
    if (number >= range.min && number <= range.max)
        return {};
    const bool has_max = range.max != count_range().max;
    const auto text = !has_max         ? "at least " + std::to_string(range.min)
                      : range.min == 0 ? "at most " + std::to_string(range.max)
                                       : std::to_string(range.min) + " to " + std::to_string(range.max);
    return wrong(path, "must have " + text + ' ' + std::string(unit));
}

result<void> check_text(std::string_view text, const value_rule& rule, const std::string& path) {
    if (const auto fault = why_not_storable(text); !fault.empty())
        return wrong(path, std::string_view(fault).substr(0, fault.size() - 1));
    return check_count(rule.count, code_points(text), path, "characters");
}

result<void> check_number(std::int64_t number, const value_rule& rule, const std::string& path) {
    if (number < rule.number_min)
        return wrong(path, "must be at least " + std::to_string(rule.number_min));
    if (number > rule.number_max)
        return wrong(path, "must be at most " + std::to_string(rule.number_max));
    return {};
}

result<void> check_object(const json::object& object, const value_rule& rule, const std::string& path) {
    for (const auto name : rule.required)
        if (const auto* member = find(object, name); !member || member->is_null())
            return wrong(member_path(path, name), "is required");
    return check_count(rule.count, object.size(), path, "members");
}

// "35.0" and "35" are the same integer.
std::string_view without_zero_fraction(std::string_view text) {
    const auto point = text.find('.');
    if (point == std::string_view::npos || point + 1 == text.size())
        return text;
    const bool is_whole = text.find_first_not_of('0', point + 1) == std::string_view::npos;
    return is_whole ? text.substr(0, point) : text;
}

// A text of a query as a value of the type that is wanted there, or as the text that it is.
json::value as_value(std::string_view text, unsigned types) {
    if ((types & value_type::integer) != 0) {
        std::int64_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        if (read.ec == std::errc() && read.ptr == end)
            return number;
    }
    if ((types & value_type::boolean) != 0 && equals_ignoring_case(text, "true"))
        return true;
    if ((types & value_type::boolean) != 0 && equals_ignoring_case(text, "false"))
        return false;
    return json::string(text);
}

}  // namespace

std::string member_path(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : std::string(path).append(".").append(name);
}

std::string element_path(const std::string& path, std::size_t index) {
    return path + '[' + std::to_string(index) + ']';
}

error unknown_member(const std::string& path) {
    return wrong(path, "is not a member of this request");
}

result<void> check_free_name(std::string_view name, const std::string& path) {
    if (const auto fault = why_not_storable(name); !fault.empty())
        return wrong(path, "has a member whose name " + std::string(fault.substr(0, fault.size() - 1)));
    return {};
}

result<void> check_value(const json::value& value, const value_rule& rule, const std::string& path) {
    if (rule.types != 0 && (rule.types & type_of(value)) == 0)
        return wrong(path, "must be " + std::string(rule.type_names));
    if (!rule.choices.empty() && !is_choice(value, rule))
        return wrong(path, "must be one of " + std::string(rule.choices));
    if (value.is_string())
        return check_text(value.get_string(), rule, path);
    if (value.is_int64())
        return check_number(value.get_int64(), rule, path);
    if (value.is_array())
        return check_count(rule.count, value.get_array().size(), path, "elements");
    if (value.is_object())
        return check_object(value.get_object(), rule, path);
    return {};
}

result<void> check_query(std::span<const query_rule> rules, target& where) {
    for (const auto& rule : rules) {
        const auto given = std::ranges::find_if(where.query,
                [&rule](const auto& field) { return equals_ignoring_case(field.first, rule.name); });
        if (given == where.query.end())
            continue;
        if ((rule.value.types & value_type::integer) != 0)
            given->second = std::string(without_zero_fraction(given->second));
        const auto value = as_value(given->second, rule.value.types);
        if (auto checked = check_value(value, rule.value, std::string(rule.name)); !checked)
            return checked;
    }
    return {};
}

bool write_whole_numbers(json::value& value) {
    constexpr double least = -0x1p63;
    constexpr double end = 0x1p63;
    bool has_changed = false;
    if (value.is_double()) {
        const double number = value.get_double();
        has_changed = number >= least && number < end && std::trunc(number) == number;
        if (has_changed)
            value = static_cast<std::int64_t>(number);
    } else if (value.is_array()) {
        for (auto& element : value.get_array())
            has_changed |= write_whole_numbers(element);
    } else if (value.is_object()) {
        for (auto& member : value.get_object())
            has_changed |= write_whole_numbers(member.value());
    }
    return has_changed;
}

std::string_view served_description_text() {
    return embedded_openapi().front().content;
}

}  // namespace scimd::api
