#include "service/scim/derived_values.hpp"

#include "scim/filter/match.hpp"
#include "service/scim/representation.hpp"

#include <string>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

std::string location_of(const caller& who, const scim::resource_type& type, const std::string& id)
{
    return who.base_url + type.endpoint + '/' + id;
}

json::object member_value(const caller& who, const resources::member_row& member)
{
    const auto& type = *who.schemas->find_type(member.type);
    const auto id = id_text(type, member.id);
    json::object value{{"value", id}, {"$ref", location_of(who, type, id)}, {"type", type.name}};
    if (!member.display.empty())
        value["display"] = member.display;
    return value;
}

json::object group_value(const caller& who, const resources::membership& group)
{
    const auto& type = *who.schemas->find_type("Group");
    const auto id = id_text(type, group.group);
    return {
        {"value", id},
        {"$ref", location_of(who, type, id)},
        {"display", group.display_name},
        {"type", "direct"}
    };
}

}  // namespace

const scim::attribute* derived_attribute_of(const scim::resource_type& type)
{
    if (type.name == "Group")
        return type.base->find("members");
    return type.name == "User" ? type.base->find("groups") : nullptr;
}

void each_derived_value(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    resource_id id,
    const std::function<bool(json::object)>& each
)
{
    if (type.name == "Group")
        resources::members_of(tx, who.directory, id, [&](const resources::member_row& member) {
            return each(member_value(who, member));
        });
    else if (type.name == "User")
        resources::groups_of_each(
            tx,
            who.directory,
            {id},
            [&](resource_id, const resources::membership& group) { return each(group_value(who, group)); }
        );
}

bool matches_with_derived(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    resource_id id,
    const json::object& document,
    const scim::filter& condition
)
{
    const auto* const attribute = derived_attribute_of(type);
    if (!attribute)
        return scim::matches(condition, document, *who.work);
    scim::value_terms terms(condition, *attribute);
    if (!terms.are_decided())
        each_derived_value(tx, who, type, id, [&](json::object value) {
            terms.look_at(std::move(value), *who.work);
            return !terms.are_decided();
        });
    return scim::matches(condition, document, terms, *who.work);
}

}  // namespace scimd::service
