#include "scim/quoted_input.hpp"

namespace scimd::scim {

namespace {

constexpr bool is_continuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string quoted_input(std::string_view text) {
    if (text.size() <= excerpt_bytes_max)
        return "'" + std::string(text) + "'";
    std::size_t end = excerpt_bytes_max;
    while (end > 0 && is_continuation(text[end]))
        --end;
    return "'" + std::string(text.substr(0, end)) + "...'";
}

}  // namespace scimd::scim
