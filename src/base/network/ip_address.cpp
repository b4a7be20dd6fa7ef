#include "base/network/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace scimd {
namespace {

constexpr unsigned bits_per_byte = 8;

unsigned bits_of(const ip_address& address) noexcept {
    constexpr unsigned v4_bits = 32;
    constexpr unsigned v6_bits = 128;
    return address.is_v6 ? v6_bits : v4_bits;
}

std::optional<unsigned> parse_number(std::string_view text) {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    return failure == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
    constexpr std::size_t text_bytes_max = INET6_ADDRSTRLEN;
    if (text.size() > text_bytes_max || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    ip_address parsed{.is_v6 = text.find(':') != std::string_view::npos};
    const int family = parsed.is_v6 ? AF_INET6 : AF_INET;
    // inet_pton is strict (inet_aton is not).
    if (inet_pton(family, std::string(text).c_str(), parsed.bytes.data()) != 1)
        return std::nullopt;
    return parsed;
}

std::string ip_address::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes.data(), out.data(), out.size());
    return out.data();
}

ip_address masked(ip_address address, unsigned prefix_bits) noexcept {
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        const auto first_bit = static_cast<unsigned>(i) * bits_per_byte;
        if (first_bit + bits_per_byte <= prefix_bits)
            continue;
        const auto kept = prefix_bits > first_bit ? prefix_bits - first_bit : 0;
        address.bytes[i] &= static_cast<std::uint8_t>(0xFF00U >> kept);
    }
    return address;
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto base = ip_address::parse(text.substr(0, slash));
    if (!base)
        return std::nullopt;
    ip_network parsed{.base = *base, .prefix_bits = bits_of(*base)};
    if (slash != std::string_view::npos) {
        const auto bits = parse_number(text.substr(slash + 1));
        if (!bits || *bits > parsed.prefix_bits)
            return std::nullopt;
        parsed.prefix_bits = *bits;
    }
    if (masked(parsed.base, parsed.prefix_bits) != parsed.base)
        return std::nullopt;
    return parsed;
}

bool ip_network::contains(const ip_address& address) const noexcept {
    return address.is_v6 == base.is_v6 && masked(address, prefix_bits) == base;
}

std::string ip_network::text() const {
    return base.text() + '/' + std::to_string(prefix_bits);
}

}  // namespace scimd
