// What the parsers that cmake/openapi_cpp.py generates from schema/openapi.yaml are made of: one rule for
// each schema, its check, and how a value gets into a member of a struct.
//
// Of JSON Schema a rule holds type, enum, required and the bounds of lengths, numbers and counts; what else a
// schema says (patterns, formats) is checked by handlers. A member that is null is taken as absent, as in the
// JSON of Protocol Buffers, unless its own schema admits null. Pure; any thread.
#pragma once

#include "api/target.hpp"
#include "base/error.hpp"
#include "base/json/json.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace scimd::api {

namespace value_type {
constexpr unsigned object = 1;
constexpr unsigned array = 2;
constexpr unsigned string = 4;
constexpr unsigned boolean = 8;
constexpr unsigned integer = 16;
constexpr unsigned number = 32;  // integers, too
constexpr unsigned null = 64;
}  // namespace value_type

struct count_range {
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

struct value_rule {
    unsigned types = 0;                         // a set of value_type; 0: any
    std::string_view type_names{};              // "a string or null"
    std::span<const std::string_view> texts{};  // of an enum
    std::span<const std::int64_t> numbers{};    // of an enum
    std::string_view choices{};                 // the enum as errors list it; empty: there is none
    count_range count{};  // characters of a string, elements of an array, members of an object
    std::int64_t number_min = std::numeric_limits<std::int64_t>::min();
    std::int64_t number_max = std::numeric_limits<std::int64_t>::max();
    std::span<const std::string_view> required{};
};

// invalid_value: the first thing that is wrong with the value itself; what is in it is not looked at. `path`
// names it: "metadata.key", "features[2]"; empty: the body.
result<void> check_value(const json::value& value, const value_rule& rule, const std::string& path);

std::string member_path(const std::string& path, std::string_view name);
std::string element_path(const std::string& path, std::size_t index);

// For a member without a schema, where the object has no others.
error unknown_member(const std::string& path);

// invalid_value: a name in an object whose names are free that cannot be stored.
result<void> check_free_name(std::string_view name, const std::string& path);

// Absent, null, or a value: of a member whose schema admits null.
template <class T>
using nullable = std::optional<std::optional<T>>;

// `how` is the rule of a simple value, or the generated reader of an object or a list.
template <class T>
result<void> read_value(const json::value& from, const std::string& path, const value_rule& how, T& into) {
    if (auto checked = check_value(from, how, path); !checked)
        return checked;
    if constexpr (std::is_same_v<T, std::string>)
        into = std::string(from.get_string());
    else if constexpr (std::is_same_v<T, std::int64_t>)
        into = from.get_int64();
    else if constexpr (std::is_same_v<T, bool>)
        into = from.get_bool();
    else if constexpr (std::is_same_v<T, double>)
        into = from.to_number<double>();
    else if constexpr (std::is_same_v<T, json::object>)
        into = from.get_object();
    else
        into = from;
    return {};
}

template <class T>
using value_reader = result<void> (*)(const json::value& from, const std::string& path, T& into);

template <class T>
result<void> read_value(const json::value& from, const std::string& path, value_reader<T> how, T& into) {
    return how(from, path, into);
}

template <class How, class T>
result<void> read_member(const json::value& from, const std::string& path, const How& how, T& into) {
    return from.is_null() ? result<void>() : read_value(from, path, how, into);
}

template <class How, class T>
result<void> read_member(
        const json::value& from, const std::string& path, const How& how, std::optional<T>& into) {
    return from.is_null() ? result<void>() : read_value(from, path, how, into.emplace());
}

template <class How, class T>
result<void> read_member(
        const json::value& from, const std::string& path, const How& how, nullable<T>& into) {
    auto& given = into.emplace();
    return from.is_null() ? result<void>() : read_value(from, path, how, given.emplace());
}

// A parameter of a query, whose text stands for a value of its type.
struct query_rule {
    std::string_view name;
    value_rule value;
};

// invalid_value: the first parameter of the query that is not as described. Parameters that are not described
// are ignored, as Scalekit does. A whole number that is written with a fraction of zeros is rewritten without
// it.
result<void> check_query(std::span<const query_rule> rules, target& where);

// JSON Schema takes 35.0 for an integer: makes it 35, at any depth. Whether anything has changed.
bool write_whole_numbers(json::value& value);

// The description as it is served at /openapi.json; linked into the binary.
std::string_view served_description_text();

}  // namespace scimd::api
