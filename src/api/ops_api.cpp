#include "api/ops_api.hpp"

#include "api/openapi.hpp"
#include "api/render.hpp"

namespace scimd::api {

reply get_health(const house&, call&)
{
    return manage_response(200, {{"status", "ok"}});
}

reply get_readiness(const house& home, call&)
{
    const auto reason = home.why_not_ready();
    if (!reason.empty())
        return manage_response(503, {{"status", "unavailable"}, {"reason", reason}});
    if (home.quotas->is_storage_reserved())
        return manage_response(200, {{"status", "degraded"}, {"reason", service::storage_reserved().detail}});
    return manage_response(200, {{"status", "ready"}});
}

reply get_metrics(const house& home, call&)
{
    auto response = manage_response(200, {});
    response.headers.set("Content-Type", "text/plain; version=0.0.4");
    response.body = home.figures.exposition();
    return response;
}

reply get_openapi(const house&, call&)
{
    auto response = manage_response(200, {});
    response.headers.set("Cache-Control", "public, max-age=300");
    response.body = served_description_text();
    return response;
}

}  // namespace scimd::api
