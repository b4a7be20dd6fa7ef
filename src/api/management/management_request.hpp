// What management handlers have in common: bodies, ids and numbers of a request.
#pragma once

#include "api/render.hpp"
#include "api/request_context.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "service/events/event_source.hpp"
#include "store/tenants.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::api {

// A body's text member: empty when it is missing or null, invalid_value when it is no string.
result<std::optional<std::string>> optional_text(const json::object& body, std::string_view name);
result<std::string> required_text(const json::object& body, std::string_view name);
result<bool> optional_flag(const json::object& body, std::string_view name);
result<std::optional<std::int64_t>> optional_number(
    const json::object& body, std::string_view name, std::int64_t least, std::int64_t most
);

// A body's timestamp of RFC 3339: empty when it is missing or null.
result<std::optional<time_point>> optional_time(const json::object& body, std::string_view name);

// The last id of that millisecond: where a range ends that has a time as its upper bound.
std::int64_t last_id_at(time_point when);

// By its name or, as gRPC gateways have it, that in camel case: page_size and pageSize.
std::optional<std::string_view> query_parameter(const request_context& request, std::string_view name);

constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();

// A query parameter's number within bounds; `otherwise` when it is missing.
struct number_bounds {
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::int64_t default_value = 0;
};
result<std::int64_t> number_parameter(
    const request_context& request, std::string_view name, const number_bounds& bounds
);

// The organization of the path, and that it exists.
result<organization_id> read_organization(store::transaction& tx, const request_context& request);

result<store::tenants::organization> find_organization(
    store::transaction& tx, const request_context& request
);

// The directory of the path ("{directory}") in its organization, which may be "-" for any.
result<store::tenants::directory> read_directory(store::transaction& tx, const request_context& request);

// Who stands behind a management request, for its events.
service::event_source event_source_of(const server_context& server, const request_context& request);

// A work on what the path names. `look_up` is (transaction&, const call&) -> result<Thing>, `run` is
// (transaction&, const Thing&) -> reply.
template <class LookUp, class Run>
reply with_found(const request_context& request, store::intent mode, LookUp look_up, Run run)
{
    return transaction_step{mode, [&request, look_up, run = std::move(run)](store::transaction& tx) -> reply {
                                const auto found = look_up(tx, request);
                                return found ? run(tx, *found) : reply(manage_error(found.error()));
                            }};
}

// The same on the directory of the path.
template <class Run>
reply with_directory(const request_context& request, store::intent mode, Run run)
{
    return with_found(request, mode, read_directory, std::move(run));
}

// A body as a JSON object, then a writing work on it. `run` is (transaction&, const json::object&) -> reply.
template <class Run>
reply with_manage_body(const server_context& server, Run run)
{
    return body_request{
        server.bounds.manage_body_bytes_max,
        [run = std::move(run)](const std::string& text) -> reply {
            auto body = parse_json_object(text.empty() ? "{}" : text);
            if (!body)
                return manage_error(body.error());
            return transaction_step{
                store::intent::write,
                [run, body = std::move(*body)](store::transaction& tx) -> reply { return run(tx, body); }
            };
        }
    };
}

// The same on what the path names, as above: `run` is given it in between.
template <class LookUp, class Run>
reply with_found_body(const server_context& server, const request_context& request, LookUp look_up, Run run)
{
    return with_manage_body(
        server,
        [&request, look_up, run = std::move(run)](store::transaction& tx, const json::object& body) -> reply {
            const auto found = look_up(tx, request);
            return found ? run(tx, *found, body) : reply(manage_error(found.error()));
        }
    );
}

// On the id of the organization of the path.
template <class Run>
reply with_organization_body(const server_context& server, const request_context& request, Run run)
{
    return with_found_body(server, request, read_organization, std::move(run));
}

template <class Run>
reply with_directory_body(const server_context& server, const request_context& request, Run run)
{
    return with_found_body(server, request, read_directory, std::move(run));
}

}  // namespace scimd::api
