// DNS look-ups over c-ares, on a thread of their own.
//
// Each query has a socket, a port and an id of its own; an answer that was cut off is asked for again by TCP.
// CNAMEs are followed here, whether or not the server does. The hosts file is not looked at.
#pragma once

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "net/server/server.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::net {

enum class dns_kind { txt, a, aaaa };

enum class dns_outcome {
    found,           // `values` holds at least one
    no_records,      // the name exists and has none of the kind
    no_such_name,    // NXDOMAIN
    alias_failure,   // CNAMEs in a circle, or more than aliases_max
    server_failure,  // SERVFAIL, REFUSED and the like, or an answer that cannot be read
    unreachable,     // the server's port is closed, or there is no way to it
    timed_out,
    overloaded,  // too many look-ups wait already, or the resolver ends
};

// Whether the server has told us what there is: nothing but these two says that something is absent.
constexpr bool is_negative(dns_outcome outcome) noexcept
{
    return outcome == dns_outcome::no_records || outcome == dns_outcome::no_such_name;
}

struct dns_answer {
    dns_outcome outcome = dns_outcome::server_failure;
    std::vector<std::string> values{};   // TXT: the strings of a record joined; addresses as "2001:db8::1"
    std::vector<std::string> aliases{};  // the CNAMEs that were followed, in their order
};

// Called once, on the resolver's thread: must neither block nor throw.
using dns_completion = std::function<void(dns_answer)>;
using dns_completions = std::function<void(std::vector<dns_answer>)>;

// Any thread. Whoever is called back must outlive the resolver: its end completes what is under way.
class dns_resolver {
public:
    virtual ~dns_resolver() = default;

    // Asks the servers one after the other until one has an answer; only trouble is passed on to the next.
    virtual void look_up(std::string name, dns_kind kind, dns_completion done) = 0;

    // Asks every server, and answers in their order: for what one lying server must not decide. The system's
    // servers stand for one another, so they give one answer together.
    virtual void look_up_everywhere(std::string name, dns_kind kind, dns_completions done) = 0;
};

struct dns_options {
    std::vector<endpoint> servers{};  // addresses; empty: those of /etc/resolv.conf
    std::size_t in_flight_max = 64;
    std::size_t waiting_max = 4'096;              // of one server; more are overloaded at once
    std::size_t queries_per_second = 50;          // to one server; 1 to 1,000,000
    std::chrono::milliseconds first_wait{2'000};  // for an answer; doubles with each try
    int tries = 2;
    std::chrono::milliseconds deadline{10'000};  // of a look-up at one server, aliases included
    std::size_t aliases_max = 4;
};

// "192.0.2.53:53", "[2001:db8::53]:53"; without a port it is 53. invalid_value when it is no address.
result<endpoint> parse_dns_server(std::string_view text);

std::unique_ptr<dns_resolver> make_dns_resolver(const dns_options& options, metrics_registry& metrics);

}  // namespace scimd::net
