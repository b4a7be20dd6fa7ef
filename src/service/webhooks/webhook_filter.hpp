// Event type filters of webhook endpoints, and validation of their custom header fields. Pure.
#pragma once

#include "base/error.hpp"
#include "scimd/http.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service::webhooks {

constexpr std::size_t event_types_max = 100;
constexpr std::size_t event_type_bytes_max = 128;

// invalid_value unless each pattern is a type ("organization.directory.user_created"), a prefix with ".*"
// ("organization.directory.*"), or "*".
result<void> check_event_types(std::span<const std::string> patterns);

// invalid_value: a pattern matches no type of event of this version.
result<void> check_types_exist(std::span<const std::string> patterns);

// Whether a type matches one of the patterns; without patterns, every type does.
bool matches(std::span<const std::string> patterns, std::string_view type);

constexpr std::size_t headers_max = 20;
constexpr std::size_t header_name_bytes_max = 64;
constexpr std::size_t header_value_bytes_max = 1'024;

// invalid_value unless the name starts with "x-" and has no meaning for proxies, frameworks or metadata
// services of clouds, and the value is visible ASCII with spaces only inside.
result<void> check_header(std::string_view name, std::string_view value);

}  // namespace scimd::service::webhooks
