// Hints for administrators of identity providers: how to resolve the refusal of a user. Pure.
#pragma once

#include <string_view>

namespace scimd::service {

// A hint for any reason in the list of refused users (store/refusals.hpp).
std::string_view how_to_fix(std::string_view reason);

// The reason for a PATCH operation that was skipped because its path names no attribute; the rest of the
// request was applied.
constexpr std::string_view reason_unknown_attribute = "unknown_attribute";

// Whether the reason is a warning: the user was written, but not all of it.
bool is_warning(std::string_view reason) noexcept;

}  // namespace scimd::service
