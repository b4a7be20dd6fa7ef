// What to do about a refused user, in the words of whoever runs the identity provider. Pure.
#pragma once

#include <string_view>

namespace scimd::service {

// For any reason that is in the ledger.
std::string_view how_to_fix(std::string_view reason);

// An operation whose path names no attribute was passed over, and the rest of the request was done.
constexpr std::string_view reason_unknown_attribute = "unknown_attribute";

// Whether nobody was refused for the reason: the user was written, but not all of it.
bool is_warning(std::string_view reason) noexcept;

}  // namespace scimd::service
