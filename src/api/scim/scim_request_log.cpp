#include "api/scim/scim_request_log.hpp"

#include "service/request_log/idp_detection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::api {
namespace {

constexpr std::string_view base = "/directory/{directory}/scim/v2";
constexpr std::string_view any_endpoint = "{endpoint}";
constexpr std::size_t answer_bytes_max = 4 * 1024;  // an error's; longer ones are none of ours

// "/Users/{id}" of "/directory/{directory}/scim/v2/{endpoint}/{id}". What is no endpoint of ours is not
// repeated: anything may stand there.
std::string path_of(const request_context& request)
{
    if (!request.access_log.route.starts_with(base))
        return {};
    std::string path(request.access_log.route.substr(base.size()));
    const auto at = path.find(any_endpoint);
    if (at == std::string::npos)
        return path.empty() ? "/" : path;
    const auto& name = request.parameter("endpoint");
    const bool is_known = request.caller.schemas ? request.caller.schemas->find_endpoint(name) != nullptr
                                                 : name == "Users" || name == "Groups";
    return is_known ? path.replace(at, any_endpoint.size(), name) : path;
}

// What the request says of itself; else what the directory's requests so far have shown. A user's own client
// is no identity provider.
std::string provider_of(const request_context& request, std::string_view agent)
{
    if (!request.access_log.user.empty())
        return {};
    if (const auto named = service::detect_by_user_agent(agent))
        return std::string(named->provider);
    return request.caller.detected ? request.caller.detected->provider : std::string();
}

}  // namespace

void record_request(
    const server_context& server,
    request_context& request,
    const http::response& answered,
    std::chrono::microseconds took
)
{
    const auto directory = directory_id::parse(request.target.segments[1]);
    // The log would take the room that deletions may still need.
    if (!directory || server.quotas->is_storage_reserved())
        return;
    const auto* agent = request.http.headers.find("User-Agent");
    service::request_record note{
        .directory = *directory,
        .is_known = !request.access_log.directory.empty(),
        .at = request.started_at,
        .method = request.http.method,
        .path = path_of(request),
        .query = std::move(request.target.query),
        .status = answered.status,
        .microseconds = took.count(),
        .request_id = request.http.id,
        .resource_id = request.parameter("id"),
        .provider = provider_of(request, agent ? *agent : ""),
        .agent = agent ? *agent : std::string(),
        .user = request.access_log.user,
        .answer = {},
        .trace = std::move(request.trace)
    };
    if (answered.status >= 400 && answered.body.size() <= answer_bytes_max)
        note.answer = answered.body;
    server.requests.note(std::move(note));
}

}  // namespace scimd::api
