// What limits by address count a peer as. Pure.
#pragma once

#include "base/network/ip_network.hpp"
#include "scimd/http.hpp"

#include <span>
#include <string>
#include <string_view>

namespace scimd {

// An IPv4 address, or the IPv6 network of 64 bits, which is what one host is given (RFC 4291 §2.5.4).
std::string address_share(std::string_view address);

// Empty: there is no limit for the peer. Loopback addresses, unix sockets and trusted proxies have none,
// because many clients stand behind them.
std::string address_share(const http::peer& from, std::span<const ip_network> trusted_proxies);

}  // namespace scimd
