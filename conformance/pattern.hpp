// Matching of JSON against patterns (README.md, "Patterns"). Pure.
#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

namespace json = boost::json;

// A difference from the expectation, in words for the reader of the report.
struct mismatch {
    std::string where;
    std::string expected;
    std::string actual;
};

// Returns why a pattern is invalid: an unknown operator, an operand of the wrong type, a bad expression.
std::optional<std::string> find_defect(const json::value& pattern);

// Returns everything in `actual` (nullptr: there is no value) that contradicts `pattern`.
std::vector<mismatch> match(const json::value& pattern, const json::value* actual, const std::string& where);

// Looks up "Resources[0].name.givenName", or a JSON pointer (RFC 6901) if names contain dots:
// "/urn:…:User/department". The empty path is the whole document.
const json::value* find(const json::value& document, std::string_view path);

// Returns compact JSON, cut to a length that fits a report.
std::string excerpt(const json::value& value);
std::string excerpt(std::string text);

}  // namespace conformance
