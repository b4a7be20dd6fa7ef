#include "service/groups/member_json.hpp"

#include "base/json/json.hpp"
#include "service/scim/representation.hpp"
#include "store/resources.hpp"

#include <string>
#include <string_view>

namespace scimd::service {
namespace {

namespace resources = store::resources;

bool shows_any(const member_fields& fields, const resources::member_row& member)
{
    return fields.value || fields.ref || fields.type || (fields.display && !member.display.empty());
}

void append_member(
    std::string& out, const caller& who, const resources::member_row& member, const member_fields& fields
)
{
    const auto& type = *who.schemas->find_type(member.type);
    const auto id = id_text(type, member.id);
    out += '{';
    if (fields.value)
        append_text_member(out, "value", id);
    if (fields.ref)
        append_text_member(out, "$ref", who.base_url + type.endpoint + '/' + id);
    if (fields.type)
        append_text_member(out, "type", type.name);
    if (fields.display && !member.display.empty())
        append_text_member(out, "display", member.display);
    out += '}';
}

}  // namespace

member_fields fields_of(const scim::resource_type& group_type, const scim::projection& wanted)
{
    const auto& members = *group_type.base->find("members");
    const auto shows = [&](std::string_view name) {
        const auto* const field = members.find(name);
        return field && wanted.wants(members, *field);
    };
    return {
        .value = shows("value"), .ref = shows("$ref"), .type = shows("type"), .display = shows("display")
    };
}

void append_members(
    spooled_text& out,
    store::transaction& tx,
    const caller& who,
    resource_id group,
    const member_fields& fields
)
{
    constexpr std::string_view begin = "\"members\":[";
    const std::string_view comma = out.end().ends_with('{') ? "" : ",";
    bool has_members = false;
    bool has_shown = false;
    resources::members_of(tx, who.directory, group, [&](const resources::member_row& member) {
        has_members = true;
        if (!shows_any(fields, member))
            return true;
        if (has_shown)
            out.end() += ',';
        else
            out.end().append(comma).append(begin);
        has_shown = true;
        append_member(out.end(), who, member, fields);
        out.flush();
        return true;
    });
    if (has_shown)
        out.end() += ']';
    else if (!has_members)
        out.end().append(comma).append(begin) += ']';
}

}  // namespace scimd::service
