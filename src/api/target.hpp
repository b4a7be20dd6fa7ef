// The target of a request, taken apart once: after that nobody looks at raw text again. Pure.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {

constexpr std::size_t query_parameters_max = 100;

struct target {
    std::vector<std::string> segments;                       // decoded; a trailing slash is forgotten
    std::vector<std::pair<std::string, std::string>> query;  // decoded, '+' is a space
    bool has_scim_suffix = false;  // "/Users/7.scim" below a SCIM base (RFC 7644 §3.8); taken off the segment

    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;  // the first
};

// Below a directory's SCIM base: nothing there is told to whoever has no token of it.
bool is_of_directory(const target& where);

// bad_request for what could mean one thing to a proxy and another to us: an encoded slash, backslash, NUL or
// line break, "//" (but right behind a SCIM base), "." and ".." segments, ';', broken percent-encoding,
// invalid UTF-8.
result<target> parse_target(std::string_view text);

// The parameters of a form or a query: application/x-www-form-urlencoded. bad_request: more than
// query_parameters_max, broken percent-encoding, invalid UTF-8.
result<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text);

// One value of such: '+' is a space. Empty: broken percent-encoding or invalid UTF-8.
std::optional<std::string> decode_form_value(std::string_view text);

}  // namespace scimd::api
