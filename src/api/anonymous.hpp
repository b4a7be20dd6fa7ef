// Requests that are answered without it being known whose they are: what is public, and what has no good
// credentials. They have a share of the computation and a rate for each address (docs/decisions/0032).
#pragma once

#include "api/handler.hpp"
#include "base/clock.hpp"
#include "base/ip_network.hpp"
#include "base/metrics.hpp"
#include "base/token_buckets.hpp"
#include "scimd/http.hpp"
#include "store/tenant.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {

constexpr std::int64_t anonymous_rate_default = 100;  // per second and address
constexpr std::int64_t anonymous_seconds_at_once = 4;

// Any thread.
class anonymous_rates {
public:
    // Loopback addresses, unix sockets and `trusted_proxies` have no limit: many clients stand behind them.
    // `per_second` is at least 1; the requests of four seconds may come at once.
    anonymous_rates(std::int64_t per_second, std::vector<ip_network> trusted_proxies, metrics& figures);

    // Counts a request. Empty: there is a rate for the peer, and this one is over it no more than any other.
    std::optional<rate_standing> over(const http::peer& from, time_point now);

private:
    token_buckets<std::string> buckets_;
    const std::vector<ip_network> trusted_proxies_;
    counter& limited_;
};

error over_anonymous_rate();

// Health, readiness and metrics: they have no limit, and are answered before all else.
bool is_probe(std::string_view path);

// Whether the head shows already that the request is such a one; that of others shows when their credentials
// are looked up. Takes next to no time.
bool is_anonymous(const http::request& head);

// Whose turns such a request takes: those of its address.
store::tenant anonymous_tenant(const http::request& head);

}  // namespace scimd::api
