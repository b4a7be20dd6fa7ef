// The key under which limits per client address count a peer. Pure functions.
#pragma once

#include "base/network/ip_address.hpp"
#include "scimd/http.hpp"

#include <span>
#include <string>
#include <string_view>

namespace scimd {

// Returns an IPv4 address unchanged, and for IPv6 the 64-bit network, which is what a host is given (RFC 4291
// §2.5.4).
std::string address_share(std::string_view address);

// Returns the key for a peer; empty: the peer is exempt from limits. Loopback addresses, unix sockets and
// trusted proxies are exempt, because many clients share them.
std::string address_share(const http::peer& from, std::span<const ip_network> trusted_proxies);

}  // namespace scimd
