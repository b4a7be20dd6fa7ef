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

// To look up the attributes that a text names, for one type.
constexpr std::uint64_t name_byte_steps = 200;
constexpr std::uint64_t filter_byte_steps = 50;

std::size_t filter_bytes(const scim::list_request& asked)
{
    return asked.filter ? asked.filter->size() : 0;
}

type_list all_types(const call& on)
{
    type_list types;
    for (const auto& type : on.who.schemas->resource_types())
        types.push_back(&type);
    return types;
}

// What turns out to be too long for a look-up goes on as a scan.
reply read_page(
    const house& home, const call& on, std::shared_ptr<const scim::list_query> query, store::intent mode
)
{
    return work{mode, [&home, &on, query = std::move(query), mode](store::transaction& tx) -> reply {
                    const service::list_bounds bounds{.is_hurried = mode == store::intent::read};
                    long_text message(home.long_replies, on.who.organization.value);
                    const auto made = service::list(tx, on.who, *query, home.cursors, message, bounds);
                    if (!made)
                        return scim_error(on, made.error());
                    if (!*made)
                        return read_page(home, on, query, store::intent::scan);
                    return long_scim_response(on, 200, std::move(message));
                }};
}

reply page_of(
    const house& home, const call& on, const result<scim::list_request>& asked, const type_list& types
)
{
    if (!asked)
        return scim_error(on, asked.error());
    const auto names = asked->attributes.size() + asked->excluded_attributes.size();
    on.who.work->charge((names * name_byte_steps + filter_bytes(*asked) * filter_byte_steps) * types.size());
    auto query = scim::resolve(*asked, types, on.who.leniency);
    if (!query)
        return scim_error(on, query.error());
    const auto mode = service::intent_of(*query);
    return read_page(home, on, std::make_shared<const scim::list_query>(std::move(*query)), mode);
}

reply search(const house& home, call& on, type_list types)
{
    const body_bounds bounds{search_body_bytes_max, {}, true};
    return with_json_body(on, bounds, [&home, &on, types = std::move(types)](const json::object& body) {
        if (on.who.leniency == scim::leniency::strict)
            if (auto checked = scim::strict::check_message(body, scim::urn::search_request); !checked)
                return page_of(home, on, checked.error(), types);
        return page_of(home, on, scim::read_search_request(body, on.who.leniency), types);
    });
}

}  // namespace

reply list_resources(const house& home, call& on)
{
    const auto* type = on.who.schemas->find_endpoint(on.parameter("endpoint"));
    if (!type)
        return scim_error(on, no_endpoint(on));
    return page_of(home, on, scim::read_parameters(on.where.query), {type});
}

reply search_resources(const house& home, call& on)
{
    const auto* type = on.who.schemas->find_endpoint(on.parameter("endpoint"));
    if (!type)
        return scim_error(on, no_endpoint(on));
    return search(home, on, {type});
}

reply list_all(const house& home, call& on)
{
    return page_of(home, on, scim::read_parameters(on.where.query), all_types(on));
}

reply search_all(const house& home, call& on)
{
    return search(home, on, all_types(on));
}

}  // namespace scimd::api
