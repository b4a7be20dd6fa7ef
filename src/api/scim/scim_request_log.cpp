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
constexpr std::size_t error_bytes_max = 4 * 1024;  // longer bodies are not error messages of this server

// The path for the log: "/Users/{id}" of "/directory/{directory}/scim/v2/{endpoint}/{id}". An unknown
// endpoint is not copied to the log, since the client may have put anything there.
std::string path_of(const request_context& request) {
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

// The identity provider of the request: by its User-Agent, otherwise the one detected for the directory. The
// own client of a user is not an identity provider.
std::string provider_of(const request_context& request, std::string_view agent) {
    if (!request.access_log.user.empty())
        return {};
    if (const auto named = service::detect_by_user_agent(agent))
        return std::string(named->provider);
    return request.caller.detected ? request.caller.detected->provider : std::string();
}

}  // namespace

void record_request(const server_context& server, request_context& request, const http::response& response,
        std::chrono::microseconds took) {
    const auto directory = directory_id::parse(request.target.segments[1]);
    // The rest of the disk is reserved for deletions.
    if (!directory || server.quotas->is_storage_reserved())
        return;
    const auto* agent = request.http.headers.find("User-Agent");
    service::request_record record{.directory = *directory,
            .is_known = !request.access_log.directory.empty(),
            .at = request.started_at,
            .method = request.http.method,
            .path = path_of(request),
            .query = std::move(request.target.query),
            .status = response.status,
            .microseconds = took.count(),
            .request_id = request.http.id,
            .resource_id = request.parameter("id"),
            .provider = provider_of(request, agent ? *agent : ""),
            .agent = agent ? *agent : std::string(),
            .user = request.access_log.user,
            .answer = {},
            .trace = std::move(request.trace)};
    if (response.status >= 400 && response.body.size() <= error_bytes_max)
        record.answer = response.body;
    server.requests.note(std::move(record));
}

}  // namespace scimd::api
