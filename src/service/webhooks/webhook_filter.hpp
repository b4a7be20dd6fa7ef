// Which events an endpoint is sent, and which header fields of its own it may add. Pure.
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

// invalid_value unless each is a type ("organization.directory.user_created"), everything below a prefix
// ("organization.directory.*"), or everything ("*").
result<void> check_event_types(std::span<const std::string> patterns);

// invalid_value: one that no event has, now or ever in this version.
result<void> check_types_exist(std::span<const std::string> patterns);

// Whether a type is one of them; without any, every type is.
bool matches(std::span<const std::string> patterns, std::string_view type);

constexpr std::size_t headers_max = 20;
constexpr std::size_t header_name_bytes_max = 64;
constexpr std::size_t header_value_bytes_max = 1'024;

// invalid_value unless the name starts with "x-" and is none that proxies, frameworks or cloud metadata
// services give a meaning, and the value is visible ASCII with single spaces inside.
result<void> check_header(std::string_view name, std::string_view value);

}  // namespace scimd::service::webhooks
