// The envelopes of RFC 7644: Error (§3.12) and ListResponse (§3.4.2). Pure.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace scimd::scim {

std::string error_message(const error& failure);

// `resources` are serialized already.
std::string list_message(
    std::uint64_t total_results, std::uint64_t start_index, std::span<const std::string> resources
);

}  // namespace scimd::scim
