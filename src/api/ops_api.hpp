// What machines that watch us ask: /healthz, /readyz, /metrics.
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply get_health(const house& home, call& on);     // the process is alive
reply get_readiness(const house& home, call& on);  // and its store takes writes
reply get_metrics(const house& home, call& on);
reply get_openapi(const house& home, call& on);  // Prometheus' text format

}  // namespace scimd::api
