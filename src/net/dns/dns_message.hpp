// What stands in a DNS response. Pure.
#pragma once

#include "net/dns/dns.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::net {

constexpr std::size_t dns_records_max = 100;  // of an answer section; more cannot be read

// The answer to a question for `kind` at a name, as far as this response has it. `aliases` are those followed
// so far and get further ones appended. no_records with more aliases than before: the last of them is to be
// asked for.
dns_answer read_dns_response(
    std::span<const unsigned char> response,
    std::string_view name,
    dns_kind kind,
    std::vector<std::string> aliases,
    std::size_t aliases_max
);

}  // namespace scimd::net
