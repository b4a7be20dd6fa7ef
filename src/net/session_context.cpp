#include "net/session.hpp"

namespace scimd::net {

session_context::session_context(service& to_ask, const limits& allowed, logger& journal, metrics& series)
    : handlers(to_ask),
      bounds(allowed),
      log(journal),
      figures(series),
      connections_total(series.count("scimd_http_connections_total", "Connections accepted.")),
      random(make_system_random()),
      registry(
          {.sessions_max = allowed.connections_max,
           .sessions_per_address_max = allowed.connections_per_address_max,
           .trusted_proxies = allowed.trusted_proxies},
          series
      ),
      bodies("bodies", allowed.body_memory, series),
      requests("requests", allowed.request_memory, series)
{
}

void session_context::count_refusal(std::string_view reason)
{
    figures
        .count("scimd_http_refused_total", "Connections and requests refused unheard.", {{"reason", reason}})
        .add();
}

}  // namespace scimd::net
