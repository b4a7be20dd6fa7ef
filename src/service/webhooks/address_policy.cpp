#include "service/webhooks/address_policy.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace scimd::service {

namespace {

struct range {
    std::array<std::uint8_t, 16> start;
    unsigned bits;
    std::string_view kind;
};

// The IANA special-purpose registries (RFC 6890), the transition mechanisms, and metadata services of clouds.
constexpr std::array ranges_v4 = {
        range{{0}, 8, "this network"}, range{{10}, 8, "private"},
        range{{100, 100, 100, 200}, 32, "metadata"},  // of Alibaba Cloud
        range{{100, 64}, 10, "shared by a carrier"}, range{{127}, 8, "loopback"},
        range{{168, 63, 129, 16}, 32, "metadata"},  // of Azure; not routed elsewhere
        range{{169, 254}, 16, "link-local"},        // includes the metadata services of most clouds
        range{{172, 16}, 12, "private"}, range{{192, 0, 0}, 24, "reserved"},
        range{{192, 0, 2}, 24, "documentation"}, range{{192, 88, 99}, 24, "a 6to4 relay"},
        range{{192, 168}, 16, "private"}, range{{198, 18}, 15, "benchmarking"},
        range{{198, 51, 100}, 24, "documentation"}, range{{203, 0, 113}, 24, "documentation"},
        range{{224}, 4, "multicast"}, range{{240}, 4, "reserved"},  // and 255.255.255.255
};

constexpr std::array ranges_v6 = {
        range{{0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 96, "NAT64"},
        range{{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48, "NAT64"},
        range{{0x01, 0x00}, 64, "discarded"},
        range{{0x20, 0x01, 0, 0}, 32, "Teredo"},
        range{{0x20, 0x01, 0, 0}, 23, "reserved"},  // ORCHID, benchmarking, AMT, …
        range{{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
        range{{0x20, 0x02}, 16, "6to4"},
        range{{0x3f, 0xff}, 20, "documentation"},
        range{{0x5f, 0x00}, 16, "segment routing"},
        range{{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, "metadata"},  // of AWS
        range{{0xfc}, 7, "private"},
        range{{0xfe, 0x80}, 10, "link-local"},
        range{{0xfe, 0xc0}, 10, "site-local"},
        range{{0xff}, 8, "multicast"},
};

bool is_in(const range& one, const std::array<std::uint8_t, 16>& bytes) {
    const std::size_t whole = one.bits / 8;
    if (!std::equal(bytes.begin(), bytes.begin() + whole, one.start.begin()))
        return false;
    const unsigned rest = one.bits % 8;
    if (rest == 0)
        return true;
    const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
    return (bytes[whole] & mask) == (one.start[whole] & mask);
}

template <std::size_t Count>
std::string_view find_in(const std::array<range, Count>& ranges, const std::array<std::uint8_t, 16>& bytes) {
    const auto* found = std::ranges::find_if(ranges, [&](const range& each) { return is_in(each, bytes); });
    return found == ranges.end() ? std::string_view() : found->kind;
}

bool has_zeros(const ip_address& address, std::size_t count) {
    return std::all_of(
            address.bytes.begin(), address.bytes.begin() + count, [](auto byte) { return byte == 0; });
}

// ::/8 holds the loopback, IPv4-mapped and -compatible addresses, and nothing that is routed.
std::string_view why_not_low_v6(const ip_address& address) {
    const bool is_mapped = has_zeros(address, 10) && address.bytes[10] == 0xff && address.bytes[11] == 0xff;
    if (is_mapped || has_zeros(address, 12)) {
        if (has_zeros(address, 15) && address.bytes[15] == 1)
            return "loopback";
        return has_zeros(address, 16) ? "unspecified" : "IPv4 in IPv6";
    }
    return "reserved";
}

// The kinds of addresses that a sidecar is reached by. Metadata services of clouds are link-local and stay
// out.
bool is_nearby(std::string_view kind) {
    constexpr std::array<std::string_view, 3> nearby = {"loopback", "private", "shared by a carrier"};
    return kind.empty() || std::ranges::find(nearby, kind) != nearby.end();
}

}  // namespace

std::string_view why_not_public(const ip_address& address) {
    if (!address.is_v6)
        return find_in(ranges_v4, address.bytes);
    if (const auto kind = find_in(ranges_v6, address.bytes); !kind.empty())
        return kind;
    if (address.bytes[0] == 0)
        return why_not_low_v6(address);
    // Unicast is routed in 2000::/3 and nowhere else.
    return (address.bytes[0] & 0xe0U) == 0x20U ? std::string_view() : "reserved";
}

std::string_view address_policy::why_not(const ip_address& address) const {
    const auto kind = why_not_public(address);
    if (allows_private)
        return is_nearby(kind) ? std::string_view() : kind;
    if (!kind.empty())
        return kind;
    return std::ranges::find(own, address) == own.end() ? std::string_view() : "this service's own";
}

}  // namespace scimd::service
