// Resolves the host names of webhook endpoints to addresses.
#pragma once

#include "base/metrics.hpp"
#include "base/network/ip_address.hpp"
#include "net/dns/dns.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace scimd::webhooks {

struct host_answer {
    std::vector<ip_address> addresses;
    std::string problem;  // why there are no addresses; empty: there are
};

// An interface, so that tests need no DNS. Any thread.
class host_resolver {
public:
    virtual ~host_resolver() = default;

    // Calls `done` once: before it returns, or later on any thread.
    virtual void resolve(const std::string& host, std::function<void(host_answer)> done) = 0;
};

// Looks up A and AAAA records. When either look-up fails, the answer is an error: an address that is not
// known cannot be checked against the address policy.
std::unique_ptr<host_resolver> make_host_resolver(net::dns_options options, metrics_registry& metrics);

}  // namespace scimd::webhooks
