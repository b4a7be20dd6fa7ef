#include "api/openapi.hpp"

#include "base/text.hpp"
#include "embedded_openapi.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace scimd::api {
namespace {

constexpr json_limits document_limits{.depth_max = 64};

error wrong(std::string_view where, std::string_view what)
{
    std::string text(where.empty() ? std::string_view("The body") : where);
    return {errc::invalid_value, text.append(" ").append(what).append(".")};
}

std::string below(std::string_view where, std::string_view name)
{
    return where.empty() ? std::string(name) : std::string(where).append(".").append(name);
}

std::size_t code_points(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

// The bound that a schema names; empty: none.
std::optional<std::int64_t> bound(const json::object& schema, std::string_view name)
{
    const auto* value = find(schema, name);
    return value && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

// "must have 1 to 200 characters"
result<void> check_count(
    const json::object& schema,
    std::pair<const char*, const char*> names,
    std::size_t count,
    std::string_view where,
    std::string_view unit
)
{
    const auto least = bound(schema, names.first).value_or(0);
    const auto most = bound(schema, names.second);
    const auto number = static_cast<std::int64_t>(count);
    if (number >= least && (!most || number <= *most))
        return {};
    const auto range = !most        ? "at least " + std::to_string(least)
                       : least == 0 ? "at most " + std::to_string(*most)
                                    : std::to_string(least) + " to " + std::to_string(*most);
    return wrong(where, "must have " + range + ' ' + std::string(unit));
}

std::string_view kind_of(const json::value& value)
{
    switch (value.kind()) {
        case json::kind::object:
            return "object";
        case json::kind::array:
            return "array";
        case json::kind::string:
            return "string";
        case json::kind::bool_:
            return "boolean";
        case json::kind::int64:
        case json::kind::uint64:
            return "integer";
        case json::kind::double_:
            return "number";
        case json::kind::null:
            break;
    }
    return "null";
}

bool is_of_type(std::string_view type, const json::value& value)
{
    const auto kind = kind_of(value);
    return kind == type || (type == "number" && kind == "integer");
}

std::string_view named(std::string_view type)
{
    constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"object", "an object"},
        {"array", "an array"},
        {"string", "a string"},
        {"boolean", "true or false"},
        {"integer", "a whole number"},
        {"number", "a number"},
        {"null", "null"}
    };
    for (const auto& [name, article] : names)
        if (name == type)
            return article;
    return type;
}

// `type` is a name or a list of such.
result<void> check_type(const json::value& type, const json::value& value, std::string_view where)
{
    const auto as_list = type.is_array() ? type.get_array() : json::array{type};
    std::string wanted;
    for (const auto& one : as_list) {
        const std::string_view name = one.get_string();
        if (is_of_type(name, value))
            return {};
        wanted.append(wanted.empty() ? "" : " or ").append(named(name));
    }
    return wrong(where, "must be " + wanted);
}

result<void> check_choice(const json::array& choices, const json::value& value, std::string_view where)
{
    if (std::ranges::find(choices, value) != choices.end())
        return {};
    std::string listed;
    for (const auto& choice : choices) {
        const auto text = choice.is_string() ? std::string(choice.get_string()) : to_text(choice);
        if (!text.empty() && !choice.is_null())
            listed.append(listed.empty() ? "" : ", ").append(text);
    }
    return wrong(where, "must be one of " + listed);
}

// "35.0" and "35" are the same integer.
std::string_view without_zero_fraction(std::string_view text)
{
    const auto point = text.find('.');
    if (point == std::string_view::npos || point + 1 == text.size())
        return text;
    const bool is_whole = text.find_first_not_of('0', point + 1) == std::string_view::npos;
    return is_whole ? text.substr(0, point) : text;
}

// A text of a query as the type that is wanted there, or as the text that it is.
json::value as_described(const json::object& schema, std::string_view text)
{
    const auto* type = find_string(schema, "type");
    if (type && *type == "integer") {
        std::int64_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        if (read.ec == std::errc() && read.ptr == end)
            return number;
    }
    if (type && *type == "boolean" && equals_ignoring_case(text, "true"))
        return true;
    if (type && *type == "boolean" && equals_ignoring_case(text, "false"))
        return false;
    return json::string(text);
}

class checker {
public:
    explicit checker(const openapi_description& whole) : description_(whole) {}

    // Deep as the schema, which has an end; a body is as deep as it may be parsed.
    result<void> check(const json::object& given, const json::value& value, const std::string& where) const
    {
        const auto& schema = description_.resolved(given);
        if (const auto* type = find(schema, "type"))
            if (auto checked = check_type(*type, value, where); !checked)
                return checked;
        if (const auto* choices = find_array(schema, "enum"))
            if (auto checked = check_choice(*choices, value, where); !checked)
                return checked;
        if (value.is_string())
            return check_text(schema, value.get_string(), where);
        if (value.is_int64())
            return check_number(schema, value.get_int64(), where);
        if (value.is_array())
            return check_list(schema, value.get_array(), where);
        if (value.is_object())
            return check_object(schema, value.get_object(), where);
        return {};
    }

private:
    static result<void> check_text(
        const json::object& schema, std::string_view text, const std::string& where
    )
    {
        if (const auto fault = why_not_storable(text); !fault.empty())
            return wrong(where, std::string_view(fault).substr(0, fault.size() - 1));
        return check_count(schema, {"minLength", "maxLength"}, code_points(text), where, "characters");
    }

    static result<void> check_number(
        const json::object& schema, std::int64_t number, const std::string& where
    )
    {
        const auto least = bound(schema, "minimum");
        const auto most = bound(schema, "maximum");
        if (least && number < *least)
            return wrong(where, "must be at least " + std::to_string(*least));
        if (most && number > *most)
            return wrong(where, "must be at most " + std::to_string(*most));
        return {};
    }

    result<void> check_list(const json::object& schema, const json::array& list, const std::string& where)
        const
    {
        auto counted = check_count(schema, {"minItems", "maxItems"}, list.size(), where, "elements");
        const auto* each = find_object(schema, "items");
        if (!counted || !each)
            return counted;
        for (std::size_t i = 0; i < list.size(); ++i)
            if (auto checked = check(*each, list[i], where + '[' + std::to_string(i) + ']'); !checked)
                return checked;
        return {};
    }

    result<void> check_object(
        const json::object& schema, const json::object& object, const std::string& where
    ) const
    {
        if (const auto* required = find_array(schema, "required"))
            for (const auto& name : *required)
                if (const auto* member = find(object, name.get_string()); !member || member->is_null())
                    return wrong(below(where, name.get_string()), "is required");
        if (auto counted =
                check_count(schema, {"minProperties", "maxProperties"}, object.size(), where, "members");
            !counted)
            return counted;
        for (const auto& [name, value] : object)
            if (auto checked = check_member(schema, name, value, where); !checked)
                return checked;
        return {};
    }

    result<void> check_member(
        const json::object& schema, std::string_view name, const json::value& value, const std::string& where
    ) const
    {
        const auto path = below(where, name);
        const auto* properties = find_object(schema, "properties");
        const auto* known = properties ? find_object(*properties, name) : nullptr;
        if (known)
            return value.is_null() ? result<void>() : check(*known, value, path);
        const auto* others = find(schema, "additionalProperties");
        if (others && others->is_object()) {
            if (const auto fault = why_not_storable(name); !fault.empty())
                return wrong(
                    where, "has a member whose name " + std::string(fault.substr(0, fault.size() - 1))
                );
            return check(others->get_object(), value, path);
        }
        if (others && others->is_bool() && !others->get_bool())
            return wrong(path, "is not a member of this request");
        return {};
    }

    const openapi_description& description_;
};

}  // namespace

openapi_description::openapi_description(std::string_view openapi_json)
    : document_(parse_json_object(openapi_json, document_limits).value())
{
}

const json::object* openapi_description::operation(std::string_view method, std::string_view path) const
{
    const auto* paths = find_object(document_, "paths");
    const auto* described = paths ? find_object(*paths, path) : nullptr;
    return described ? find_object(*described, to_lower_ascii(method)) : nullptr;
}

const json::object* openapi_description::body_schema(std::string_view method, std::string_view path) const
{
    const auto* at = operation(method, path);
    for (const auto* const step : {"requestBody", "content", "application/json", "schema"})
        at = at ? find_object(*at, step) : nullptr;
    return at;
}

result<void> openapi_description::check_query(std::string_view method, std::string_view path, target& where)
    const
{
    const auto* described = operation(method, path);
    const auto* parameters = described ? find_array(*described, "parameters") : nullptr;
    if (!parameters)
        return {};
    for (const auto& one : *parameters) {
        const auto& parameter = resolved(one.as_object());
        const auto name = std::string(parameter.at("name").get_string());
        const auto given = std::ranges::find_if(where.query, [&name](const auto& field) {
            return equals_ignoring_case(field.first, name);
        });
        if (given == where.query.end() || parameter.at("in").get_string() != "query")
            continue;
        const auto& schema = resolved(parameter.at("schema").as_object());
        const auto* type = find_string(schema, "type");
        if (type && *type == "integer")
            given->second = std::string(without_zero_fraction(given->second));
        const auto value = as_described(schema, given->second);
        if (auto checked = checker(*this).check(schema, value, name); !checked)
            return checked;
    }
    return {};
}

const json::object& openapi_description::resolved(const json::object& schema) const
{
    // "This or null": null is absence, and is not looked at.
    if (const auto* choices = find_array(schema, "anyOf"))
        return resolved(choices->front().as_object());
    const auto* reference = find_string(schema, "$ref");
    if (!reference)
        return schema;
    const json::object* at = &document_;
    for (const auto step : split(std::string_view(*reference).substr(2), '/'))
        at = &at->at(step).as_object();
    return *at;
}

result<void> openapi_description::check(const json::object& schema, const json::value& body) const
{
    return checker(*this).check(schema, body, {});
}

bool write_whole_numbers(json::value& value)
{
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

const openapi_description& served_description()
{
    static const openapi_description served(served_description_text());
    return served;
}

std::string_view served_description_text()
{
    return embedded_openapi().front().content;
}

}  // namespace scimd::api
