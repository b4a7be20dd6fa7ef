// The URL of a webhook endpoint. The parser is strict, so that validation and HTTP client cannot read a URL
// differently (SSRF). Pure.
#pragma once

#include "base/error.hpp"
#include "base/network/ip_address.hpp"
#include "service/webhooks/address_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service::webhooks {

constexpr std::size_t url_bytes_max = 2'048;

// The rules of the operator for endpoints. A value.
struct target_rules {
    address_policy addresses;
    std::vector<std::uint16_t> ports{443, 8443};  // ignored when private addresses are allowed
};

struct endpoint_url {
    std::string text;  // as given
    bool is_https = true;
    std::string host;  // lower case; a name, or an address without brackets
    std::optional<ip_address> literal;
    std::uint16_t port = 443;

    // invalid_value, with the reason, for: any scheme but https (and http where private addresses are
    // allowed), a user or a fragment, a port that is not allowed, a host that is neither a name of ASCII
    // labels nor a plain address (no "127.1", "0x7f.0.0.1", "2130706433", zone, trailing dot, percent or
    // other script), an address that the policy refuses, white space, control characters and backslashes.
    static result<endpoint_url> parse(std::string_view text, const target_rules& rules);
};

}  // namespace scimd::service::webhooks
