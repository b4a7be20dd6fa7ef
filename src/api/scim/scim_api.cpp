#include "api/scim/scim_api.hpp"

#include "api/render.hpp"
#include "api/scim/change_request.hpp"
#include "api/scim/group_write.hpp"
#include "api/scim/idp_detection.hpp"
#include "api/scim/scim_body.hpp"
#include "scim/messages/message.hpp"
#include "scim/messages/query.hpp"
#include "scim/patch/request_body.hpp"
#include "scim/requested_attributes.hpp"
#include "scim/schema/discovery.hpp"
#include "service/scim/prepared_change.hpp"
#include "service/scim/provisioning.hpp"
#include "service/scim/self_update.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace scimd::api {
namespace {

namespace resources = store::resources;

result<service::preconditions> read_preconditions(const http::request& head) {
    service::preconditions conditions;
    const auto read = [&](std::string_view name, auto& into) -> result<void> {
        const auto* field = head.headers.find(name);
        if (!field)
            return {};
        auto tags = service::entity_tags::parse(*field);
        if (!tags)
            return tags.error();
        into = std::move(*tags);
        return {};
    };
    if (auto match = read("If-Match", conditions.if_match); !match)
        return match.error();
    if (auto none = read("If-None-Match", conditions.if_none_match); !none)
        return none.error();
    return conditions;
}

result<scim::projection> read_projection(const request_context& request, const scim::resource_type& type) {
    return scim::parse_projection(request.target.query, type, request.caller.mode);
}

// A write on a group with many members runs its members and its other attributes apart (group_write.hpp).
// These functions leave the members out of the second part.
scim::projection without_members(scim::projection wanted, const scim::resource_type& type) {
    if (const auto* members = type.base->find("members"))
        wanted.excluded.push_back({.attribute = members});
    return wanted;
}

service::target without_members(service::target target) {
    target.wanted = without_members(std::move(target.wanted), *target.type);
    return target;
}

scim::parsed_body without_members(const scim::parsed_body& body) {
    return {.document = body.document, .members = {}, .names_members = false, .ignored = body.ignored};
}

// The parts that POST, PUT and PATCH of a group have in common. `requested` are the attributes that the
// request itself names: they are returned even if their schema says "returned": "request".
group_write group_write_of(
        const shared_request& asked, service::target target, std::vector<scim::path> requested) {
    target.wanted.requested = std::move(requested);
    group_write made;
    made.status = asked->status;
    made.target = std::move(target);
    made.show = [asked](service::target shown, std::function<http::response()> done) {
        return read_whole(asked->server, asked->request, asked->status, std::move(shown), std::move(done));
    };
    made.whole = [asked](store::transaction& tx) { return change_here(asked, tx); };
    return made;
}

// Reads the body of a POST, PUT or PATCH. The body may reveal the identity provider that sent it, which is
// recorded before `then` runs.
reply with_body(
        const server_context& server, request_context& request, std::function<reply(json::object)> then) {
    const auto bytes_max = server.bounds.scim_body_bytes_max;
    return with_json_body(request,
            {request.caller.user ? std::min(bytes_max, service::own_bytes_max) : bytes_max, {}},
            [&server, &request, then = std::move(then)](json::object body) -> reply {
                if (!detects_new_idp(server, request, &body))
                    return then(std::move(body));
                const auto shared = std::make_shared<json::object>(std::move(body));
                return with_idp_detection(
                        server, request, shared.get(), [then, shared] { return then(*shared); });
            });
}

http::response discovery_list(const request_context& request, const std::vector<std::string>& documents) {
    return scim_response(request, 200, scim::list_message({documents.size(), 1}, documents));
}

// RFC 7644 §4: discovery endpoints reject a filter.
bool has_filter(const request_context& request) {
    return request.target.parameter("filter").has_value();
}

error filter_forbidden() {
    return {errc::forbidden, "This endpoint takes no filter."};
}

}  // namespace

result<service::target> read_target(const request_context& request) {
    const auto* type = request.caller.schemas->find_endpoint(request.parameter("endpoint"));
    if (!type)
        return no_endpoint(request);
    auto conditions = read_preconditions(request.http);
    if (!conditions)
        return conditions.error();
    auto wanted = read_projection(request, *type);
    if (!wanted)
        return wanted.error();
    return service::target{type, request.parameter("id"), std::move(*conditions), std::move(*wanted)};
}

error no_endpoint(const request_context& request) {
    return {errc::not_found, "There is no endpoint /" + request.parameter("endpoint").substr(0, 64) + "."};
}

reply create_resource(const server_context& server, request_context& request) {
    const auto* type = request.caller.schemas->find_endpoint(request.parameter("endpoint"));
    if (!type)
        return scim_error(request, no_endpoint(request));
    auto wanted = read_projection(request, *type);
    if (!wanted)
        return scim_error(request, wanted.error());
    return with_body(server, request,
            [&server, &request, type, wanted = std::move(*wanted)](json::object text) -> reply {
                auto body = scim::read_resource(std::move(text), *type, request.caller.mode, request.budget);
                if (!body)
                    return scim_error(request, body.error());
                const auto shared = std::make_shared<const scim::parsed_body>(std::move(*body));
                auto prepare_one = [&request, type, wanted, shared](
                                           store::transaction& tx, const resources::row&) {
                    return service::prepare_creation(tx, request.caller, *type, *shared, wanted);
                };
                const auto asked = share({server, request, 201, std::nullopt, std::move(prepare_one)});
                if (shared->members.empty())
                    return change_in_two_parts(asked);
                auto write = group_write_of(
                        asked, {type, {}, {}, wanted}, scim::requested_on_demand(shared->document, *type));
                write.members = {scim::add_members{shared->members}};
                write.rest = [&request, type, wanted = without_members(wanted, *type), shared](
                                     store::transaction& tx) {
                    return service::create(tx, request.caller, *type, without_members(*shared), wanted);
                };
                return write_group(server, request, std::make_shared<const group_write>(std::move(write)));
            });
}

reply get_resource(const server_context& server, request_context& request) {
    auto target = read_target(request);
    if (!target)
        return scim_error(request, target.error());
    return transaction_step{store::intent::read,
            [&server, &request, target = std::move(*target)](store::transaction& tx) -> reply {
                auto found = service::get(tx, request.caller, target);
                if (!found)
                    return scim_error(request, found.error());
                if (auto matched = target.conditions.check_match(found->version); !matched)
                    return scim_error(request, matched.error());
                if (target.conditions.if_none_match &&
                        target.conditions.if_none_match->matches(found->version))
                    return scim_version(304, *found);
                if (found->later && request.http.method == "HEAD")
                    return unread_scim_resource(request, 200, std::move(*found));
                if (found->later)
                    return read_whole(server, request, 200, target);
                return scim_resource(request, 200, std::move(*found));
            }};
}

reply replace_resource(const server_context& server, request_context& request) {
    auto target = read_target(request);
    if (!target)
        return scim_error(request, target.error());
    return with_body(
            server, request, [&server, &request, target = std::move(*target)](json::object text) -> reply {
                auto body = scim::read_resource(
                        std::move(text), *target.type, request.caller.mode, request.budget);
                if (!body)
                    return scim_error(request, body.error());
                const auto shared = std::make_shared<const scim::parsed_body>(std::move(*body));
                auto prepare_one = [&request, target, shared](store::transaction& tx, resources::row found) {
                    return service::prepare_replacement(
                            tx, request.caller, target, std::move(found), *shared);
                };
                const auto asked = share({server, request, 200, target, std::move(prepare_one)});
                if (target.type->name != "Group" || !shared->names_members)
                    return change_in_two_parts(asked);
                auto write = group_write_of(
                        asked, target, scim::requested_on_demand(shared->document, *target.type));
                write.members = {scim::replace_members{shared->members}};
                write.rest = [&request, target = without_members(target), shared](store::transaction& tx) {
                    return service::replace(tx, request.caller, target, without_members(*shared));
                };
                return write_group(server, request, std::make_shared<const group_write>(std::move(write)));
            });
}

reply patch_resource(const server_context& server, request_context& request) {
    auto target = read_target(request);
    if (!target)
        return scim_error(request, target.error());
    return with_body(
            server, request, [&server, &request, target = std::move(*target)](json::object text) -> reply {
                auto change =
                        scim::read_patch(std::move(text), *target.type, request.caller.mode, request.budget);
                if (!change)
                    return scim_error(request, change.error());
                const auto shared = std::make_shared<const scim::patch>(std::move(*change));
                auto prepare_one = [&request, target, shared](store::transaction& tx, resources::row found) {
                    return service::prepare_patch(tx, request.caller, target, std::move(found), *shared);
                };
                const auto asked = share({server, request, 200, target, std::move(prepare_one)});
                if (shared->members.empty())
                    return change_in_two_parts(asked);
                auto write = group_write_of(asked, target, scim::requested_on_demand(*shared));
                write.members = shared->members;
                write.rest = [&request, target = without_members(target), shared](store::transaction& tx) {
                    return service::patch(
                            tx, request.caller, target, {shared->operations, {}, shared->ignored});
                };
                return write_group(server, request, std::make_shared<const group_write>(std::move(write)));
            });
}

reply get_service_provider_config(const server_context& server, request_context& request) {
    scim::capabilities supported;
    supported.bulk_payload_bytes_max = server.bounds.scim_body_bytes_max;
    return scim_document(request, scim::service_provider_config(supported, request.caller.base_url));
}

reply list_resource_types(const server_context&, request_context& request) {
    if (has_filter(request))
        return scim_error(request, filter_forbidden());
    std::vector<std::string> documents;
    for (const auto& type : request.caller.schemas->resource_types())
        documents.push_back(to_text(scim::resource_type_document(type, request.caller.base_url)));
    return discovery_list(request, documents);
}

reply get_resource_type(const server_context&, request_context& request) {
    const auto* type = request.caller.schemas->find_type(request.parameter("id"));
    if (!type)
        return scim_error(request, {errc::not_found, "There is no such resource type."});
    return scim_document(request, scim::resource_type_document(*type, request.caller.base_url));
}

reply list_schemas(const server_context&, request_context& request) {
    if (has_filter(request))
        return scim_error(request, filter_forbidden());
    std::vector<std::string> documents;
    for (const auto* definition : request.caller.schemas->schemas())
        documents.push_back(to_text(scim::schema_document(*definition, request.caller.base_url)));
    return discovery_list(request, documents);
}

reply get_schema(const server_context&, request_context& request) {
    const auto* definition = request.caller.schemas->find_schema(request.parameter("id"));
    if (!definition)
        return scim_error(request, {errc::not_found, "There is no such schema."});
    return scim_document(request, scim::schema_document(*definition, request.caller.base_url));
}

}  // namespace scimd::api
