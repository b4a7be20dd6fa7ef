// Strict JSON parser and serializer over Boost.JSON. Pure functions.
//
// Boost.JSON alone accepts duplicate keys, keeping the last, and reads 1e999 as infinity. This parser refuses
// both.
#pragma once

#include "base/error.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace scimd {

class work_budget;

namespace json = boost::json;

// The limits of a document.
struct json_limits {
    std::size_t depth_max = 32;
    std::size_t nodes_max = 500'000;  // values; keys do not count
};

// Parses RFC 8259 JSON. Refused with errc::invalid_syntax and a reason: documents beyond the limits,
// duplicate keys in an object after ASCII case folding (SCIM names are case-insensitive), numbers that are
// not finite, integers beyond signed 64 bits, U+0000 in a string, invalid UTF-8, and text after the value.
result<json::value> parse_json(std::string_view text, const json_limits& limits = {});

// Like parse_json, for documents that must be objects.
result<json::object> parse_json_object(std::string_view text, const json_limits& limits = {});

// Like parse_json_object, for text from a client: charges `work` for its bytes and values.
result<json::object> parse_json_object(std::string_view text, work_budget& work);

// Returns the work steps of reading or copying a value: a constant for each value in it, and one for every
// four bytes of text.
std::uint64_t steps_of(const json::value& value) noexcept;
std::uint64_t steps_of(const json::object& object) noexcept;

// Serialize a value. The result always parses again (no Infinity); doubles are written as the shortest
// decimal ("1.5", "1.0").
std::string to_text(const json::value& value);
std::string to_text(const json::object& object);
void append_text(std::string& out, const json::value& value);

// Appends `text` as a JSON string literal, quotes included.
void append_quoted(std::string& out, std::string_view text);

// Appends a string member to a serialized object whose closing brace has not been written yet.
void append_text_member(std::string& out, std::string_view name, std::string_view value);

// Case-sensitive look-ups, for documents with canonical names. nullptr: there is no such member, or it has
// another type.
const json::value* find(const json::object& object, std::string_view name) noexcept;
const json::object* find_object(const json::object& object, std::string_view name) noexcept;
const json::array* find_array(const json::object& object, std::string_view name) noexcept;
const json::string* find_string(const json::object& object, std::string_view name) noexcept;

// Case-insensitive look-ups (ASCII), for documents of clients.
const json::value* find_ignoring_case(const json::object& object, std::string_view name) noexcept;
std::string_view text_ignoring_case(
        const json::object& object, std::string_view name) noexcept;  // empty: none

}  // namespace scimd
