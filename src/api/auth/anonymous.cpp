#include "api/auth/anonymous.hpp"

#include "api/auth/authenticate.hpp"
#include "base/network/address_share.hpp"

#include <functional>
#include <utility>

namespace scimd::api {

anonymous_rates::anonymous_rates(
        std::int64_t per_second, std::vector<ip_network> trusted_proxies, metrics_registry& metrics)
        : buckets_({.per_second = per_second, .burst = per_second * anonymous_burst_seconds}),
          trusted_proxies_(std::move(trusted_proxies)),
          limited_(metrics.counter_of("scimd_anonymous_rate_limited_total",
                  "Requests without good credentials that were over the rate of their address.")) {}

std::optional<rate_limit_status> anonymous_rates::over(const http::peer& from, time_point now) {
    const auto address = address_share(from, trusted_proxies_);
    if (address.empty())
        return std::nullopt;
    const auto status = buckets_.take(address, now.time_since_epoch());
    if (!status.is_over)
        return std::nullopt;
    limited_.add();
    return status;
}

error over_anonymous_rate() {
    return {errc::too_many_requests,
            "This address has sent more requests without valid credentials than its rate limit allows."};
}

bool is_probe(std::string_view path) {
    return path == "/healthz" || path == "/readyz" || path == "/metrics";
}

bool is_anonymous(const http::request& head) {
    const std::string_view target = head.target;
    if (head.from.is_operator || is_probe(target.substr(0, target.find('?'))))
        return false;
    if (target.starts_with("/directory/"))
        return !has_plausible_token(head);
    return !target.starts_with("/api/") || !head.headers.find("Authorization");
}

store::tenant anonymous_tenant(const http::request& head) {
    const auto address = address_share(head.from, {});
    const auto number = std::hash<std::string>()(address);
    return {store::tenant::kind::customer, static_cast<std::int64_t>(number), 0};
}

}  // namespace scimd::api
