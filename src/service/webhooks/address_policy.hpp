// The addresses to which webhooks can be sent: protection against server-side request forgery (SSRF). Pure.
//
// Customers choose the URLs of endpoints and the DNS records behind them. Addresses inside the operator's
// network, on this machine, or without a public route must not be reached through this server.
#pragma once

#include "base/network/ip_address.hpp"

#include <string_view>
#include <vector>

namespace scimd::service {

// The kind of an address that is not public: "loopback", "private", "link-local", …; empty: it is public.
// IPv6 addresses that contain an IPv4 address (mapped, NAT64, 6to4, Teredo) are never public.
std::string_view why_not_public(const ip_address& address);

// The rules of the operator. A value.
struct address_policy {
    bool allows_private = false;  // loopback and private addresses as well: for sidecars
    std::vector<ip_address> own;  // addresses of the server's own listeners

    // Why no connection to the address is made; empty: it is allowed.
    [[nodiscard]] std::string_view why_not(const ip_address& address) const;
};

}  // namespace scimd::service
