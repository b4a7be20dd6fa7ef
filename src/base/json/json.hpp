// Strict JSON in, JSON out. Pure.
//
// Boost.JSON alone keeps the last of two equal keys and lets 1e999 become infinity; this front refuses both.
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

struct json_limits {
    std::size_t depth_max = 32;
    std::size_t nodes_max = 500'000;  // values, keys not counted
};

// RFC 8259 with these refusals, each errc::invalid_syntax with the reason: more than the limits, a key that
// stands twice in one object after ASCII case folding (SCIM names know no case), a number that is not finite
// or an integer beyond 64 bits signed, U+0000 in a string, invalid UTF-8, trailing text.
result<json::value> parse_json(std::string_view text, const json_limits& limits = {});

// The same, and the document must be an object.
result<json::object> parse_json_object(std::string_view text, const json_limits& limits = {});

// The same for what a client sends: charges `work` for its bytes and its values.
result<json::object> parse_json_object(std::string_view text, work_budget& work);

// How many steps it takes to read or to copy a value: for each value in it, and for every four bytes of
// texts.
std::uint64_t steps_of(const json::value& value) noexcept;
std::uint64_t steps_of(const json::object& object) noexcept;

// Every value written here parses again (RFC 7159 numbers; no Infinity), doubles as shortest decimal ("1.5",
// "1.0").
std::string to_text(const json::value& value);
std::string to_text(const json::object& object);
void append_text(std::string& out, const json::value& value);

// `text` as a JSON string literal with its quotes.
void append_quoted(std::string& out, std::string_view text);

// One more text in an object that is being written and is open at its end.
void append_text_member(std::string& out, std::string_view name, std::string_view value);

// Plain look-ups in documents of ours, whose names are canonical: nullptr where there is none, or of another
// kind.
const json::value* find(const json::object& object, std::string_view name) noexcept;
const json::object* find_object(const json::object& object, std::string_view name) noexcept;
const json::array* find_array(const json::object& object, std::string_view name) noexcept;
const json::string* find_string(const json::object& object, std::string_view name) noexcept;

// Look-ups in what clients send: names match whatever their ASCII case.
const json::value* find_ignoring_case(const json::object& object, std::string_view name) noexcept;
std::string_view text_ignoring_case(const json::object& object, std::string_view name) noexcept;  // or empty

}  // namespace scimd
