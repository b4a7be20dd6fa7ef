#include "net/http/session_context.hpp"

namespace scimd::net {

session_context::session_context(
        service& answering, const limits& allowed, logger& journal, metrics_registry& series)
        : handlers(answering),
          bounds(allowed),
          log(journal),
          metrics(series),
          connections_total(series.counter_of("scimd_http_connections_total", "Connections accepted.")),
          random(make_system_random()),
          registry({.sessions_max = allowed.connections_max,
                           .sessions_per_address_max = allowed.connections_per_address_max,
                           .trusted_proxies = allowed.trusted_proxies},
                  series),
          bodies("bodies", allowed.body_memory, series),
          requests("requests", allowed.request_memory, series) {
    constexpr std::int64_t seconds_at_once = 4;
    const auto rate = allowed.handshakes_per_address;
    if (rate > 0)
        handshakes.emplace(bucket_size{.per_second = rate, .burst = rate * seconds_at_once});
}

void session_context::count_refusal(std::string_view reason) {
    metrics.counter_of("scimd_http_refused_total", "Connections and requests refused unheard.",
                   {{"reason", reason}})
            .add();
}

}  // namespace scimd::net
