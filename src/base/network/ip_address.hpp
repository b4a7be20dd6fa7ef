// IPv4 and IPv6 addresses as values. Pure functions.
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
    std::array<std::uint8_t, 16> bytes{};  // IPv4 uses the first four; the others are zero

    // Accepts four decimal numbers without leading zeros, or the forms of RFC 4291 §2.2. Zones, brackets,
    // short forms ("127.1") and octal or hexadecimal numbers are refused, because other parsers read them as
    // other addresses.
    static std::optional<ip_address> parse(std::string_view text);

    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const ip_address&, const ip_address&) = default;
};

}  // namespace scimd
