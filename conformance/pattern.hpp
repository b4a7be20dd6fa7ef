// JSON held against patterns (README.md, "Patterns"). Pure.
#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

namespace json = boost::json;

// One thing that is not as it should be, in words for the reader of the report.
struct mismatch {
    std::string where;
    std::string expected;
    std::string actual;
};

// Why a pattern cannot be used: an unknown operator, an operand of the wrong kind, a bad expression.
std::optional<std::string> find_defect(const json::value& pattern);

// Everything in `actual` (nullptr: there is no value) that contradicts `pattern`.
std::vector<mismatch> match(const json::value& pattern, const json::value* actual, const std::string& where);

// "Resources[0].name.givenName", or a JSON pointer (RFC 6901) where names hold dots:
// "/urn:…:User/department". The empty path is the whole document.
const json::value* find(const json::value& document, std::string_view path);

// Compact JSON cut to a length that fits a report.
std::string excerpt(const json::value& value);
std::string excerpt(std::string text);

}  // namespace conformance
