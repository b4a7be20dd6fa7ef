// Asynchronous DNS resolver over c-ares, with a thread of its own.
//
// Every query uses its own socket, source port and id; a truncated answer is queried again over TCP. CNAMEs
// are followed here, whether or not the server follows them. The hosts file is not read.
#pragma once

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "net/dns/dns_message.hpp"
#include "net/server/endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::net {

// Called once, on the resolver's thread; must neither block nor throw.
using dns_completion = std::function<void(dns_answer)>;
using dns_completions = std::function<void(std::vector<dns_answer>)>;

// Starts look-ups. Thread-safe. Everything that a completion uses must outlive the resolver, because its
// destructor completes the look-ups under way.
class dns_resolver {
public:
    virtual ~dns_resolver() = default;

    // Queries the servers in order until one answers; only a failure moves on to the next.
    virtual void look_up(std::string name, dns_kind kind, dns_completion done) = 0;

    // Queries every server and returns their answers in order, for decisions that one lying server must not
    // be able to make. The system's servers are replicas of each other and give one answer together.
    virtual void look_up_everywhere(std::string name, dns_kind kind, dns_completions done) = 0;
};

// Servers, rate limit and timeouts of a resolver.
struct dns_options {
    std::vector<endpoint> servers{};  // IP addresses; empty: the servers of /etc/resolv.conf
    std::size_t in_flight_max = 64;
    std::size_t waiting_max = 4'096;              // per server; further look-ups are overloaded at once
    std::size_t queries_per_second = 50;          // rate limit per server; 1 to 1,000,000
    std::chrono::milliseconds first_wait{2'000};  // timeout of the first try; doubles with each try
    int tries = 2;
    std::chrono::milliseconds deadline{10'000};  // of a look-up at one server, aliases included
    std::size_t aliases_max = 4;
};

// Parses "192.0.2.53:53" or "[2001:db8::53]:53"; the port defaults to 53. Not an address: invalid_value.
result<endpoint> parse_dns_server(std::string_view text);

std::unique_ptr<dns_resolver> make_dns_resolver(const dns_options& options, metrics_registry& metrics);

}  // namespace scimd::net
