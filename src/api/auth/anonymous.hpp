// Rate limit of anonymous requests: requests for public endpoints, and requests without valid credentials.
// They share one part of the computation, and each client address has a rate (docs/decisions/0032).
#pragma once

#include "api/handler.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/network/ip_address.hpp"
#include "base/token_buckets.hpp"
#include "scimd/http.hpp"
#include "store/engine/scheduling_key.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {

constexpr std::int64_t anonymous_rate_default = 100;  // requests per second and address
constexpr std::int64_t anonymous_burst_seconds = 4;   // a burst may use the requests of so many seconds

// Token buckets of client addresses. Any thread.
class anonymous_rates {
public:
    // Loopback addresses, Unix sockets and `trusted_proxies` have no limit, since they stand for many
    // clients. `per_second` is at least 1.
    anonymous_rates(
            std::int64_t per_second, std::vector<ip_network> trusted_proxies, metrics_registry& metrics);

    // Counts a request. Returns the status when the peer is over its limit; empty: it is within it, or has
    // none.
    std::optional<rate_limit_status> over(const http::peer& from, time_point now);

private:
    token_buckets<std::string> buckets_;
    const std::vector<ip_network> trusted_proxies_;
    counter& limited_;
};

// The error of a request over the limit.
error over_anonymous_rate();

// Whether the path is that of the health check, the readiness check or the metrics. These have no rate limit
// and do not wait for other requests.
bool is_probe(std::string_view path);

// Whether the head of the request already shows that it is anonymous. Credentials of the right form count as
// valid here, until a look-up finds that they are not. Cheap.
bool is_anonymous(const http::request& head);

// The tenant of an anonymous request in the fair queues: its address.
store::tenant anonymous_tenant(const http::request& head);

}  // namespace scimd::api
