// Parser for DNS responses. Pure functions.
#pragma once

#include "net/dns/dns.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::net {

constexpr std::size_t dns_records_max = 100;  // records in an answer section; a longer one is an error

// Returns the answer for `name` and `kind` as far as this response contains it. `aliases` are the CNAMEs
// followed so far; further ones are appended. The outcome no_records with more aliases than before means that
// the last alias has to be queried.
dns_answer read_dns_response(
    std::span<const unsigned char> response,
    std::string_view name,
    dns_kind kind,
    std::vector<std::string> aliases,
    std::size_t aliases_max
);

}  // namespace scimd::net
