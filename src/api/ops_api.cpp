#include "api/ops_api.hpp"

#include "api/openapi.hpp"
#include "api/render.hpp"

namespace scimd::api {

reply get_health(const server_context&, request_context&) {
    return manage_response(200, {{"status", "ok"}});
}

reply get_readiness(const server_context& server, request_context&) {
    const auto reason = server.why_not_ready();
    if (!reason.empty())
        return manage_response(503, {{"status", "unavailable"}, {"reason", reason}});
    if (server.quotas->is_storage_reserved())
        return manage_response(200, {{"status", "degraded"}, {"reason", service::storage_reserved().detail}});
    return manage_response(200, {{"status", "ready"}});
}

reply get_metrics(const server_context& server, request_context&) {
    auto response = manage_response(200, {});
    response.headers.set("Content-Type", "text/plain; version=0.0.4");
    response.body = server.metrics.exposition();
    return response;
}

reply get_openapi(const server_context&, request_context&) {
    auto response = manage_response(200, {});
    response.headers.set("Cache-Control", "public, max-age=300");
    response.body = served_description_text();
    return response;
}

}  // namespace scimd::api
