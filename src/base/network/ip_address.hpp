// IPv4 and IPv6 addresses and CIDR networks as values. Pure functions.
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

// A CIDR network: "192.0.2.0/24", "2001:db8::/32".
struct ip_network {
    ip_address base;
    unsigned prefix_bits = 0;

    // Parses an address, a slash and a number of bits; an address alone is a network of one. The bits after
    // the prefix must be zero: "192.0.2.1/24" is more likely a mistake than a network.
    static std::optional<ip_network> parse(std::string_view text);

    [[nodiscard]] bool contains(const ip_address& address) const noexcept;
    [[nodiscard]] std::string text() const;

    friend bool operator==(const ip_network&, const ip_network&) = default;
};

// Returns the address with all bits after the first `prefix_bits` set to zero.
ip_address masked(ip_address address, unsigned prefix_bits) noexcept;

}  // namespace scimd
