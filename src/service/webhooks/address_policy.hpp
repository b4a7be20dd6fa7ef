// Which addresses a webhook may be sent to. Pure.
//
// A URL comes from whoever manages endpoints, and a name may be made to point anywhere: what lies inside the
// operator's network, on this machine, or nowhere must not be reached through us.
#pragma once

#include "base/network/ip_address.hpp"

#include <string_view>
#include <vector>

namespace scimd::service {

// Why an address is no place for a webhook: "loopback", "private", "link-local", …; empty: it is public.
// IPv6 addresses that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are refused whatever they carry.
std::string_view why_not_public(const ip_address& address);

struct address_policy {
    bool allows_private = false;  // loopback and private ones, too: for sidecars
    std::vector<ip_address> own;  // addresses that we listen on ourselves

    // Why a connection to it is not made; empty: it may be made.
    [[nodiscard]] std::string_view why_not(const ip_address& address) const;
};

}  // namespace scimd::service
