// "{{name}}" in the texts of a dialogue, and what stands for it. Pure.
#pragma once

#include <boost/json/value.hpp>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace conformance {

namespace json = boost::json;

using variables = std::map<std::string, json::value, std::less<>>;

struct unknown_variable : std::runtime_error {
    explicit unknown_variable(const std::string& name)
        : std::runtime_error("the variable {{" + name + "}} has no value")
    {
    }
};

// Each "{{name}}" or "{{name|form}}" (forms: url, upper, lower) replaced by its value as text. Throws
// unknown_variable.
std::string substitute_text(std::string_view text, const variables& known);

// The same in every string of a document; a string that is nothing but one "{{name}}" becomes its value, of
// whatever type.
json::value substitute(const json::value& document, const variables& known);

// The names that a document asks for.
void collect_names(const json::value& document, std::set<std::string>& names);

// RFC 3986: everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);

}  // namespace conformance
