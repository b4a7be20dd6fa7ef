// Parses the target of a request (path and query), once. Pure functions, any thread.
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
    std::vector<std::string> segments;                       // decoded; a trailing slash is dropped
    std::vector<std::pair<std::string, std::string>> query;  // decoded, '+' is a space
    bool has_scim_suffix = false;  // "/Users/7.scim" (RFC 7644 §3.8); removed from the segment

    [[nodiscard]] std::optional<std::string_view> parameter(
            std::string_view name) const;  // the first of that name
};

// Whether the path is below the SCIM base of a directory, where every response requires a token of that
// directory.
bool is_of_directory(const target& parsed);

// bad_request for text that a proxy may interpret in another way: an encoded slash, backslash, NUL or line
// break, "//" (except directly after a SCIM base), "." and ".." segments, ';', invalid percent-encoding,
// invalid UTF-8.
result<target> parse_target(std::string_view text);

// Parses application/x-www-form-urlencoded: a form or a query. bad_request: more than query_parameters_max
// parameters, invalid percent-encoding, invalid UTF-8.
result<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text);

// Decodes one value of a form: '+' is a space. Empty: invalid percent-encoding or invalid UTF-8.
std::optional<std::string> decode_form_value(std::string_view text);

}  // namespace scimd::api
