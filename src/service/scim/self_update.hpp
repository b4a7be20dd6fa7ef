// What users may change of themselves, with a token that stands for them (docs/decisions/0027). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"

#include <cstddef>

namespace scimd::service {

// A request's body, and what a user makes of itself: no identity provider vouches for what comes.
constexpr std::size_t own_bytes_max = 128 * 1024;

// Both documents are canonical. forbidden: an attribute differs that is the directory's to say. too_large: it
// has grown beyond own_bytes_max.
result<void> check_own_change(const json::object& before, const json::object& after);

}  // namespace scimd::service
