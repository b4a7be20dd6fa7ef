// Endpoints for operations: health check, readiness check, Prometheus metrics, and the OpenAPI document.
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

// GET /healthz: 200 while the process runs.
reply get_health(const server_context& server, request_context& request);

// GET /readyz: 200 while the store accepts writes, else 503 with the reason; "degraded" when the rest of the
// disk is reserved for deletions.
reply get_readiness(const server_context& server, request_context& request);

// GET /metrics: the text format of Prometheus.
reply get_metrics(const server_context& server, request_context& request);

// GET /openapi.json: schema/openapi.yaml as JSON.
reply get_openapi(const server_context& server, request_context& request);

}  // namespace scimd::api
