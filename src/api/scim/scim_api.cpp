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

result<service::preconditions> read_preconditions(const http::request& head)
{
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

result<scim::projection> read_projection(const call& on, const scim::resource_type& type)
{
    return scim::parse_projection(on.where.query, type, on.who.leniency);
}

// Of a part of a request that changes a group's members in another one.
scim::projection without_members(scim::projection wanted, const scim::resource_type& type)
{
    if (const auto* members = type.base->find("members"))
        wanted.excluded.push_back({.attribute = members});
    return wanted;
}

service::target but_members(service::target what)
{
    what.wanted = without_members(std::move(what.wanted), *what.type);
    return what;
}

scim::incoming but_members(const scim::incoming& body)
{
    return {.document = body.document, .members = {}, .names_members = false, .ignored = body.ignored};
}

// What writes on groups have in common.
group_write group_write_of(const shared_request& asked, service::target what, std::vector<scim::path> written)
{
    what.wanted.written = std::move(written);
    group_write made;
    made.status = asked->status;
    made.what = std::move(what);
    made.show = [asked](service::target shown, std::function<http::response()> done) {
        return read_whole(asked->home, asked->on, asked->status, std::move(shown), std::move(done));
    };
    made.whole = [asked](store::transaction& tx) { return change_here(asked, tx); };
    return made;
}

// The body of a POST, PUT or PATCH, which may tell whose it is.
reply with_body(const house& home, call& on, std::function<reply(json::object)> then)
{
    const auto bytes_max = home.bounds.scim_body_bytes_max;
    return with_json_body(
        on,
        {on.who.user ? std::min(bytes_max, service::own_bytes_max) : bytes_max, {}},
        [&home, &on, then = std::move(then)](json::object body) -> reply {
            if (!shows_news(home, on, &body))
                return then(std::move(body));
            const auto shared = std::make_shared<json::object>(std::move(body));
            return with_sighting(home, on, shared.get(), [then, shared] { return then(*shared); });
        }
    );
}

http::response discovery_list(const call& on, const std::vector<std::string>& documents)
{
    return scim_response(on, 200, scim::list_message({documents.size(), 1}, documents));
}

// RFC 7644 §4: a filter on discovery endpoints is refused.
bool has_filter(const call& on)
{
    return on.where.parameter("filter").has_value();
}

error filter_forbidden()
{
    return {errc::forbidden, "This endpoint takes no filter."};
}

}  // namespace

result<service::target> read_target(const call& on)
{
    const auto* type = on.who.schemas->find_endpoint(on.parameter("endpoint"));
    if (!type)
        return no_endpoint(on);
    auto conditions = read_preconditions(on.head);
    if (!conditions)
        return conditions.error();
    auto wanted = read_projection(on, *type);
    if (!wanted)
        return wanted.error();
    return service::target{type, on.parameter("id"), std::move(*conditions), std::move(*wanted)};
}

error no_endpoint(const call& on)
{
    return {errc::not_found, "There is no endpoint /" + on.parameter("endpoint").substr(0, 64) + "."};
}

reply create_resource(const house& home, call& on)
{
    const auto* type = on.who.schemas->find_endpoint(on.parameter("endpoint"));
    if (!type)
        return scim_error(on, no_endpoint(on));
    auto wanted = read_projection(on, *type);
    if (!wanted)
        return scim_error(on, wanted.error());
    return with_body(home, on, [&home, &on, type, wanted = std::move(*wanted)](json::object text) -> reply {
        auto body = scim::read_resource(std::move(text), *type, on.who.leniency, on.work);
        if (!body)
            return scim_error(on, body.error());
        const auto shared = std::make_shared<const scim::incoming>(std::move(*body));
        auto prepare_one = [&on, type, wanted, shared](store::transaction& tx, const resources::row&) {
            return service::prepare_creation(tx, on.who, *type, *shared, wanted);
        };
        const auto asked = share({home, on, 201, std::nullopt, std::move(prepare_one)});
        if (shared->members.empty())
            return change_in_two_parts(asked);
        auto write =
            group_write_of(asked, {type, {}, {}, wanted}, scim::written_on_request(shared->document, *type));
        write.members = {scim::add_members{shared->members}};
        write.rest = [&on, type, wanted = without_members(wanted, *type), shared](store::transaction& tx) {
            return service::create(tx, on.who, *type, but_members(*shared), wanted);
        };
        return write_group(home, on, std::make_shared<const group_write>(std::move(write)));
    });
}

reply get_resource(const house& home, call& on)
{
    auto what = read_target(on);
    if (!what)
        return scim_error(on, what.error());
    return work{store::intent::read, [&home, &on, what = std::move(*what)](store::transaction& tx) -> reply {
                    auto found = service::get(tx, on.who, what);
                    if (!found)
                        return scim_error(on, found.error());
                    if (auto same = what.conditions.check_match(found->version); !same)
                        return scim_error(on, same.error());
                    if (what.conditions.if_none_match &&
                        what.conditions.if_none_match->matches(found->version))
                        return scim_version(304, *found);
                    if (found->later && on.head.method == "HEAD")
                        return unread_scim_resource(on, 200, std::move(*found));
                    if (found->later)
                        return read_whole(home, on, 200, what);
                    return scim_resource(on, 200, std::move(*found));
                }};
}

reply replace_resource(const house& home, call& on)
{
    auto what = read_target(on);
    if (!what)
        return scim_error(on, what.error());
    return with_body(home, on, [&home, &on, what = std::move(*what)](json::object text) -> reply {
        auto body = scim::read_resource(std::move(text), *what.type, on.who.leniency, on.work);
        if (!body)
            return scim_error(on, body.error());
        const auto shared = std::make_shared<const scim::incoming>(std::move(*body));
        auto prepare_one = [&on, what, shared](store::transaction& tx, resources::row found) {
            return service::prepare_replacement(tx, on.who, what, std::move(found), *shared);
        };
        const auto asked = share({home, on, 200, what, std::move(prepare_one)});
        if (what.type->name != "Group" || !shared->names_members)
            return change_in_two_parts(asked);
        auto write = group_write_of(asked, what, scim::written_on_request(shared->document, *what.type));
        write.members = {scim::replace_members{shared->members}};
        write.rest = [&on, what = but_members(what), shared](store::transaction& tx) {
            return service::replace(tx, on.who, what, but_members(*shared));
        };
        return write_group(home, on, std::make_shared<const group_write>(std::move(write)));
    });
}

reply patch_resource(const house& home, call& on)
{
    auto what = read_target(on);
    if (!what)
        return scim_error(on, what.error());
    return with_body(home, on, [&home, &on, what = std::move(*what)](json::object text) -> reply {
        auto change = scim::read_patch(std::move(text), *what.type, on.who.leniency, on.work);
        if (!change)
            return scim_error(on, change.error());
        const auto shared = std::make_shared<const scim::patch>(std::move(*change));
        auto prepare_one = [&on, what, shared](store::transaction& tx, resources::row found) {
            return service::prepare_patch(tx, on.who, what, std::move(found), *shared);
        };
        const auto asked = share({home, on, 200, what, std::move(prepare_one)});
        if (shared->members.empty())
            return change_in_two_parts(asked);
        auto write = group_write_of(asked, what, scim::written_on_request(*shared));
        write.members = shared->members;
        write.rest = [&on, what = but_members(what), shared](store::transaction& tx) {
            return service::patch(tx, on.who, what, {shared->operations, {}, shared->ignored});
        };
        return write_group(home, on, std::make_shared<const group_write>(std::move(write)));
    });
}

reply get_service_provider_config(const house& home, call& on)
{
    scim::capabilities what;
    what.bulk_payload_bytes_max = home.bounds.scim_body_bytes_max;
    return scim_document(on, scim::service_provider_config(what, on.who.base_url));
}

reply list_resource_types(const house&, call& on)
{
    if (has_filter(on))
        return scim_error(on, filter_forbidden());
    std::vector<std::string> documents;
    for (const auto& type : on.who.schemas->resource_types())
        documents.push_back(to_text(scim::resource_type_document(type, on.who.base_url)));
    return discovery_list(on, documents);
}

reply get_resource_type(const house&, call& on)
{
    const auto* type = on.who.schemas->find_type(on.parameter("id"));
    if (!type)
        return scim_error(on, {errc::not_found, "There is no such resource type."});
    return scim_document(on, scim::resource_type_document(*type, on.who.base_url));
}

reply list_schemas(const house&, call& on)
{
    if (has_filter(on))
        return scim_error(on, filter_forbidden());
    std::vector<std::string> documents;
    for (const auto* definition : on.who.schemas->schemas())
        documents.push_back(to_text(scim::schema_document(*definition, on.who.base_url)));
    return discovery_list(on, documents);
}

reply get_schema(const house&, call& on)
{
    const auto* definition = on.who.schemas->find_schema(on.parameter("id"));
    if (!definition)
        return scim_error(on, {errc::not_found, "There is no such schema."});
    return scim_document(on, scim::schema_document(*definition, on.who.base_url));
}

}  // namespace scimd::api
