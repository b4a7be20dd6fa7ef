#include "net/http/request_id.hpp"

#include "base/codec.hpp"

#include <array>
#include <cstdio>

namespace scimd::net {

bool is_request_id(std::string_view text) noexcept {
    constexpr std::size_t bytes_max = 64;
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !text.empty() && text.size() <= bytes_max &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string request_ids::next() {
    if (prefix_.empty()) {
        std::array<std::byte, 8> bytes;
        random_.fill(bytes);
        prefix_ = "req_" + to_hex(bytes);
    }
    std::array<char, 16> number{};
    std::snprintf(number.data(), number.size(), "%08x", static_cast<unsigned>(++count_));
    return prefix_ + number.data();
}

}  // namespace scimd::net
