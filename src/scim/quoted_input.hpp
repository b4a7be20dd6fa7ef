// Quotation of client input in the detail of an error. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::scim {

constexpr std::size_t excerpt_bytes_max = 64;

// Returns `text` in single quotes. A text longer than excerpt_bytes_max is cut between two characters and
// ends in "...".
std::string quoted_input(std::string_view text);

}  // namespace scimd::scim
