// The rules for users who change their own resource at /Me, with a token that stands for the user
// (docs/decisions/0027). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"

#include <cstddef>

namespace scimd::service {

// The limit of the request body and of the resulting document. It is lower than for identity providers,
// because no administrator has reviewed the values.
constexpr std::size_t own_bytes_max = 128 * 1024;

// Checks a change that a user makes to its own document; both documents are canonical. forbidden: an
// attribute differs that only the directory may change. too_large: the document has grown beyond
// own_bytes_max.
result<void> check_own_change(const json::object& before, const json::object& after);

}  // namespace scimd::service
