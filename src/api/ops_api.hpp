// What machines that watch us ask: /healthz, /readyz, /metrics.
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply get_health(const server_context& server, request_context& request);     // the process is alive
reply get_readiness(const server_context& server, request_context& request);  // and its store takes writes
reply get_metrics(const server_context& server, request_context& request);
reply get_openapi(const server_context& server, request_context& request);  // Prometheus' text format

}  // namespace scimd::api
