// CIDR networks as values: "192.0.2.0/24", "2001:db8::/32". Pure functions.
#pragma once

#include "base/network/ip_address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scimd {

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
