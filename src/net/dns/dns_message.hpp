// Answers to DNS queries, and the parser for DNS responses. Values and pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::net {

enum class dns_kind { txt, a, aaaa };

enum class dns_outcome {
    found,           // `values` is not empty
    no_records,      // the name exists but has no records of this kind
    no_such_name,    // NXDOMAIN
    alias_failure,   // a loop of CNAMEs, or more than aliases_max
    server_failure,  // SERVFAIL, REFUSED or a similar code, or an answer that cannot be parsed
    unreachable,     // the server's port is closed, or no route leads to it
    timed_out,
    overloaded,  // too many look-ups are queued, or the resolver is stopping
};

// True for an authoritative "does not exist"; no other outcome proves that something is absent.
constexpr bool is_negative(dns_outcome outcome) noexcept {
    return outcome == dns_outcome::no_records || outcome == dns_outcome::no_such_name;
}

// The result of a look-up.
struct dns_answer {
    dns_outcome outcome = dns_outcome::server_failure;
    std::vector<std::string> values{};   // TXT: one string a record; addresses as "2001:db8::1"
    std::vector<std::string> aliases{};  // the CNAMEs that were followed, in order
};

constexpr std::size_t dns_records_max = 100;  // records in an answer section; a longer one is an error

// Returns the answer for `name` and `kind` as far as this response contains it. `aliases` are the CNAMEs
// followed so far; further ones are appended. The outcome no_records with more aliases than before means that
// the last alias has to be queried.
dns_answer read_dns_response(std::span<const unsigned char> response, std::string_view name, dns_kind kind,
        std::vector<std::string> aliases, std::size_t aliases_max);

}  // namespace scimd::net
