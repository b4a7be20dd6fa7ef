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
std::string path_of(const call& on)
{
    if (!on.notes.route.starts_with(base))
        return {};
    std::string path(on.notes.route.substr(base.size()));
    const auto at = path.find(any_endpoint);
    if (at == std::string::npos)
        return path.empty() ? "/" : path;
    const auto& name = on.parameter("endpoint");
    const bool is_known =
        on.who.schemas ? on.who.schemas->find_endpoint(name) != nullptr : name == "Users" || name == "Groups";
    return is_known ? path.replace(at, any_endpoint.size(), name) : path;
}

// What the request says of itself; else what the directory's requests so far have shown. A user's own client
// is no identity provider.
std::string provider_of(const call& on, std::string_view agent)
{
    if (!on.notes.user.empty())
        return {};
    if (const auto named = service::recognize_agent(agent))
        return std::string(named->provider);
    return on.who.detected ? on.who.detected->provider : std::string();
}

}  // namespace

void note_request(const house& home, call& on, const http::response& answered, std::chrono::microseconds took)
{
    const auto directory = directory_id::parse(on.where.segments[1]);
    // The log would take the room that deletions may still need.
    if (!directory || home.quotas->is_storage_reserved())
        return;
    const auto* agent = on.head.headers.find("User-Agent");
    service::request_note note{
        .directory = *directory,
        .is_known = !on.notes.directory.empty(),
        .at = on.begun,
        .method = on.head.method,
        .path = path_of(on),
        .query = std::move(on.where.query),
        .status = answered.status,
        .microseconds = took.count(),
        .request_id = on.head.id,
        .resource_id = on.parameter("id"),
        .provider = provider_of(on, agent ? *agent : ""),
        .agent = agent ? *agent : std::string(),
        .user = on.notes.user,
        .answer = {},
        .trace = std::move(on.trace)
    };
    if (answered.status >= 400 && answered.body.size() <= answer_bytes_max)
        note.answer = answered.body;
    home.requests.note(std::move(note));
}

}  // namespace scimd::api
