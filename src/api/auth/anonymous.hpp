// Anonymous requests: those for what is public, and those without valid credentials. They have a share of the
// computation and a rate for each address (docs/decisions/0032).
#pragma once

#include "api/handler.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/network/ip_network.hpp"
#include "base/token_buckets.hpp"
#include "scimd/http.hpp"
#include "store/engine/scheduling_key.hpp"

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
    anonymous_rates(
        std::int64_t per_second, std::vector<ip_network> trusted_proxies, metrics_registry& metrics
    );

    // Counts a request. Empty: the peer has no limit, or is within it.
    std::optional<rate_limit_status> over(const http::peer& from, time_point now);

private:
    token_buckets<std::string> buckets_;
    const std::vector<ip_network> trusted_proxies_;
    counter& limited_;
};

error over_anonymous_rate();

// Health, readiness and metrics: they have no limit, and are answered before all else.
bool is_probe(std::string_view path);

// Whether the head alone shows that the request is anonymous: whether other credentials are valid is known
// when they have been looked up. Takes next to no time.
bool is_anonymous(const http::request& head);

// The tenant whose turns an anonymous request takes: its address.
store::tenant anonymous_tenant(const http::request& head);

}  // namespace scimd::api
