#include "service/scim/derived_values.hpp"

#include "scim/filter/match.hpp"
#include "service/scim/representation.hpp"

#include <string>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

json::object member_value(const caller& caller, const resources::member_row& member) {
    const auto& type = *caller.schemas->find_type(member.type);
    const auto id = id_text(type, member.id);
    json::object value{{"value", id}, {"$ref", location_of(caller, type, id)}, {"type", type.name}};
    if (!member.display.empty())
        value["display"] = member.display;
    return value;
}

json::object group_value(const caller& caller, const resources::membership& group) {
    const auto& type = *caller.schemas->find_type("Group");
    const auto id = id_text(type, group.group);
    return {{"value", id}, {"$ref", location_of(caller, type, id)}, {"display", group.display_name},
            {"type", "direct"}};
}

}  // namespace

std::string location_of(const caller& caller, const scim::resource_type& type, std::string_view id) {
    std::string location;
    location.reserve(caller.base_url.size() + type.endpoint.size() + 1 + id.size());
    location.append(caller.base_url).append(type.endpoint).append("/").append(id);
    return location;
}

const scim::attribute* derived_attribute_of(const scim::resource_type& type) {
    if (type.name == "Group")
        return type.base->find("members");
    return type.name == "User" ? type.base->find("groups") : nullptr;
}

void for_each_derived_value(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        resource_id id, const std::function<bool(json::object)>& visit) {
    if (type.name == "Group")
        resources::members_of(tx, caller.directory, id,
                [&](const resources::member_row& member) { return visit(member_value(caller, member)); });
    else if (type.name == "User")
        resources::groups_of_each(
                tx, caller.directory, {id}, [&](resource_id, const resources::membership& group) {
                    return visit(group_value(caller, group));
                });
}

bool matches_with_derived(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        resource_id id, const json::object& document, const scim::filter& condition) {
    const auto* const attribute = derived_attribute_of(type);
    if (!attribute)
        return scim::matches(condition, document, *caller.work);
    scim::value_terms terms(condition, *attribute);
    if (!terms.are_decided())
        for_each_derived_value(tx, caller, type, id, [&](json::object value) {
            terms.look_at(std::move(value), *caller.work);
            return !terms.are_decided();
        });
    return scim::matches(condition, document, terms, *caller.work);
}

}  // namespace scimd::service
