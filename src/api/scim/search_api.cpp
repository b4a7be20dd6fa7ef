#include "api/scim/search_api.hpp"

#include "api/render.hpp"
#include "api/scim/scim_api.hpp"
#include "api/scim/scim_body.hpp"
#include "scim/messages/message.hpp"
#include "scim/messages/query.hpp"
#include "scim/patch/strict.hpp"
#include "scim/schema/urn.hpp"
#include "service/lists/listing.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

using type_list = std::vector<const scim::resource_type*>;

// The cost of resolving the attributes that a request names, for one resource type: for each name of a list,
// and for each byte of a filter.
constexpr std::uint64_t name_steps = 200;
constexpr std::uint64_t filter_byte_steps = 50;

std::size_t filter_bytes(const scim::list_request& asked) {
    return asked.filter ? asked.filter->size() : 0;
}

type_list all_types(const request_context& request) {
    type_list types;
    for (const auto& type : request.caller.schemas->resource_types())
        types.push_back(&type);
    return types;
}

// Reads one page. A look-up that turns out to be too long for the thread goes on as a scan.
reply read_page(const server_context& server, const request_context& request,
        std::shared_ptr<const scim::list_query> query, store::intent mode) {
    return transaction_step{
            mode, [&server, &request, query = std::move(query), mode](store::transaction& tx) -> reply {
                const service::list_bounds bounds{.is_inline = mode == store::intent::read};
                spooled_text message(server.spooled_responses, request.caller.organization.value);
                const auto made = service::list(tx, request.caller, *query, server.cursors, message, bounds);
                if (!made)
                    return scim_error(request, made.error());
                if (!*made)
                    return read_page(server, request, query, store::intent::scan);
                return long_scim_response(request, 200, std::move(message));
            }};
}

reply page_of(const server_context& server, const request_context& request,
        const result<scim::list_request>& asked, const type_list& types) {
    if (!asked)
        return scim_error(request, asked.error());
    const auto names = asked->attributes.size() + asked->excluded_attributes.size();
    request.caller.work->charge(
            (names * name_steps + filter_bytes(*asked) * filter_byte_steps) * types.size());
    auto query = scim::resolve(*asked, types, request.caller.mode);
    if (!query)
        return scim_error(request, query.error());
    const auto mode = service::intent_of(*query);
    return read_page(server, request, std::make_shared<const scim::list_query>(std::move(*query)), mode);
}

reply search(const server_context& server, request_context& request, type_list types) {
    const body_bounds bounds{search_body_bytes_max, {}, true};
    return with_json_body(
            request, bounds, [&server, &request, types = std::move(types)](const json::object& body) {
                if (request.caller.mode == scim::conformance_mode::strict)
                    if (auto checked = scim::strict::check_message(body, scim::urn::search_request); !checked)
                        return page_of(server, request, checked.error(), types);
                return page_of(server, request, scim::read_search_request(body, request.caller.mode), types);
            });
}

}  // namespace

reply list_resources(const server_context& server, request_context& request) {
    const auto* type = request.caller.schemas->find_endpoint(request.parameter("endpoint"));
    if (!type)
        return scim_error(request, no_endpoint(request));
    return page_of(server, request, scim::read_parameters(request.target.query), {type});
}

reply search_resources(const server_context& server, request_context& request) {
    const auto* type = request.caller.schemas->find_endpoint(request.parameter("endpoint"));
    if (!type)
        return scim_error(request, no_endpoint(request));
    return search(server, request, {type});
}

reply list_all(const server_context& server, request_context& request) {
    return page_of(server, request, scim::read_parameters(request.target.query), all_types(request));
}

reply search_all(const server_context& server, request_context& request) {
    return search(server, request, all_types(request));
}

}  // namespace scimd::api
