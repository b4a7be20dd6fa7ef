#include "base/network/address_share.hpp"

#include <algorithm>

namespace scimd {

std::string address_share(std::string_view address) {
    constexpr unsigned host_network_bits = 64;
    const auto parsed = ip_address::parse(address);
    if (!parsed || !parsed->is_v6)
        return std::string(address);
    return masked(*parsed, host_network_bits).text();
}

std::string address_share(const http::peer& from, std::span<const ip_network> trusted_proxies) {
    if (from.is_loopback)
        return {};
    if (const auto address = ip_address::parse(from.address)) {
        const auto contains_peer = [&](const ip_network& network) { return network.contains(*address); };
        if (std::ranges::any_of(trusted_proxies, contains_peer))
            return {};
    }
    return address_share(from.address);
}

}  // namespace scimd
