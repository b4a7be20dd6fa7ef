// An IPv4 or IPv6 address as a value. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd {

struct ip_address {
    bool is_v6 = false;
    std::array<std::uint8_t, 16> bytes{};  // of IPv4 the first four; the others are zero

    // Four decimal numbers without leading zeros, or RFC 4291 §2.2. No zone, no brackets, no short forms
    // ("127.1"), no octal or hexadecimal numbers: other readers take these for other addresses.
    static std::optional<ip_address> parse(std::string_view text);

    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const ip_address&, const ip_address&) = default;
};

}  // namespace scimd
