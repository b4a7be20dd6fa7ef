// Names of webhook endpoints to addresses.
#pragma once

#include "base/metrics.hpp"
#include "base/network/ip_address.hpp"
#include "net/dns/dns.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace scimd::webhooks {

// All addresses, or why there are none.
struct host_answer {
    std::vector<ip_address> addresses;
    std::string problem;  // empty: none
};

class host_resolver {
public:
    virtual ~host_resolver() = default;

    // Answers once, from any thread, or before it returns.
    virtual void resolve(const std::string& host, std::function<void(host_answer)> done) = 0;
};

// Asks for A and AAAA. When one of the two fails there is no answer: what is not known cannot be judged.
std::unique_ptr<host_resolver> make_host_resolver(net::dns_options options, metrics_registry& metrics);

}  // namespace scimd::webhooks
