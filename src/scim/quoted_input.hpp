// What a client wrote, short enough to be shown back to it in an error's detail. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::scim {

constexpr std::size_t excerpt_bytes_max = 64;

// `text` between single quotes, cut at a character's border with "..." when it is longer than
// excerpt_bytes_max.
std::string quoted_input(std::string_view text);

}  // namespace scimd::scim
