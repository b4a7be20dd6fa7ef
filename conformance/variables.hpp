// Variables: "{{name}}" in the texts of a dialogue and their values. Pure.
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
            : std::runtime_error("the variable {{" + name + "}} has no value") {}
};

// Replaces each "{{name}}" or "{{name|form}}" (forms: url, upper, lower) by its value as text. Throws
// unknown_variable.
std::string substitute_text(std::string_view text, const variables& known);

// Replaces variables in every string of a document; a string that consists of one "{{name}}" becomes the
// value, of any type.
json::value substitute(const json::value& document, const variables& known);

// Collects the names of variables in a document.
void collect_names(const json::value& document, std::set<std::string>& names);

// Encodes everything but the unreserved characters of RFC 3986 as %XX.
std::string percent_encode(std::string_view text);

}  // namespace conformance
