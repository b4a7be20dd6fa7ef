#include "scim/quirks.hpp"

#include "base/text.hpp"
#include "scim/patch_path.hpp"
#include "scim/urn.hpp"
#include "scim/value.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::scim::quirks {

namespace {

constexpr std::uint64_t name_steps = 400;  // to look up the attribute of a member, and to put it elsewhere

json::value* find_in_any_case(json::object& object, std::string_view name) noexcept
{
    for (auto& member : object)
        if (equals_ignoring_case(member.key(), name))
            return &member.value();
    return nullptr;
}

bool has_value_part(const attribute& of) noexcept
{
    return of.is_complex() && of.find("value");
}

// ---- values ----

// JumpCloud: `phoneNumbers: ["tel:+1-555"]`. Entra: `manager: "26118915"`. OneLogin's templates: `emails:
// "a@b"`.
void string_for_an_object_with_value(json::value& value, const attribute& of)
{
    if (!has_value_part(of) || !value.is_string() || value.get_string().empty())
        return;
    json::object wrapped;
    wrapped["value"] = std::move(value);
    value = std::move(wrapped);
}

void strings_for_objects_with_value(json::value& value, const attribute& of)
{
    string_for_an_object_with_value(value, of);
    if (auto* const elements = value.if_array())
        for (json::value& element : *elements)
            string_for_an_object_with_value(element, of);
}

// Entra, older documentation: `manager: [{"value": "26118915"}]`, and the same for one value that a filter
// chose.
void array_of_one_for_an_object(json::value& value, const attribute& of)
{
    const auto* const elements = value.if_array();
    if (!of.is_complex() || !elements || elements->size() != 1)
        return;
    json::value only = elements->front();
    value = std::move(only);
}

// Entra's "remove manager": a replace with {"value": ""}. Left to merge, it would leave $ref behind.
void empty_value_for_unassigned(json::value& value, const attribute& of)
{
    auto* const object = value.if_object();
    const json::value* const inside = object ? find_in_any_case(*object, "value") : nullptr;
    if (has_value_part(of) && inside && is_blank(*inside))
        value = nullptr;
}

// Entra, older documentation: path "userName" with [{"$ref": null, "value": "b@c"}]; others: path "active"
// with {"active": false} or {"value": false}.
void wrapped_simple_value(json::value& value, const attribute& of)
{
    if (of.is_complex() || of.is_multi_valued)
        return;
    if (const auto* const elements = value.if_array(); elements && elements->size() == 1) {
        json::value only = elements->front();
        value = std::move(only);
    }
    auto* const object = value.if_object();
    if (!object)
        return;
    json::value* inside = find_in_any_case(*object, "value");
    if (!inside)
        inside = find_in_any_case(*object, of.name);
    if (!inside)
        return;
    json::value taken = std::move(*inside);
    value = std::move(taken);
}

// ---- names ----

struct odd_urn {
    std::string_view sent;
    std::string_view meant;
};

// SCIM 1.1 in OneLogin's templates; the enterprise URN without its last colon in older Entra documentation.
constexpr std::array odd_urns = {
    odd_urn{"urn:scim:schemas:extension:enterprise:1.0", urn::enterprise_user},
    odd_urn{"urn:ietf:params:scim:schemas:extension:enterprise:2.0User", urn::enterprise_user},
};

std::string with_meant_urn(std::string_view name)
{
    for (const odd_urn& each : odd_urns)
        if (starts_with_ignoring_case(name, each.sent))
            return std::string(each.meant) + std::string(name.substr(each.sent.size()));
    return std::string(name);
}

void odd_urns_as_names(json::object& object)
{
    json::object renamed;
    for (auto& member : object) {
        std::string name = with_meant_urn(member.key());
        if (name != member.key() && object.contains(name))
            name = member.key();  // the right one is there, too: it decides
        renamed[name] = std::move(member.value());
    }
    object = std::move(renamed);
}

// Entra without its 2020 flag: "Add", "Replace", "Remove".
void op_in_any_case(json::object& operation)
{
    json::value* const op = find_in_any_case(operation, "op");
    if (op && op->is_string())
        *op = to_lower_ascii(trim(op->get_string()));
}

// ---- where they apply ----

void rewrite_member(json::value& value, const attribute& of)
{
    if (!of.is_multi_valued) {
        array_of_one_for_an_object(value, of);
        string_for_an_object_with_value(value, of);
        empty_value_for_unassigned(value, of);
    } else {
        strings_for_objects_with_value(value, of);
    }
}

void rewrite_extension(json::value& value, const schema& definition)
{
    auto* const container = value.if_object();
    if (!container)
        return;
    for (auto& member : *container)
        if (const attribute* const target = definition.find(member.key()))
            rewrite_member(member.value(), *target);
}

void rewrite_target(json::value& value, const patch_target& target)
{
    const attribute& of = target.attribute.leaf();
    wrapped_simple_value(value, of);
    if (target.where && !target.attribute.sub_attribute) {
        array_of_one_for_an_object(value, of);
        string_for_an_object_with_value(value, of);
    } else {
        rewrite_member(value, of);
    }
}

void rewrite_named(json::value& value, std::string_view name, const resource_type& type, work_budget& work)
{
    if (const schema* const definition = type.find_schema(name))
        rewrite_extension(value, *definition);
    else if (const auto target = parse_target(name, type, leniency::compat, work))
        rewrite_target(value, *target);
}

void rewrite_operation(json::object& operation, const resource_type& type, work_budget& work)
{
    op_in_any_case(operation);
    json::value* const where = find_in_any_case(operation, "path");
    json::value* const value = find_in_any_case(operation, "value");
    if (where && where->is_string()) {
        *where = with_meant_urn(trim(where->get_string()));
        if (value)
            rewrite_named(*value, where->get_string(), type, work);
        return;
    }
    if (!value || !value->is_object())
        return;
    odd_urns_as_names(value->get_object());
    for (auto& member : value->get_object())
        rewrite_named(member.value(), member.key(), type, work);
}

}  // namespace

json::object rewrite_resource(json::object body, const resource_type& type, work_budget& work)
{
    work.charge(steps_of(body) + body.size() * name_steps);
    odd_urns_as_names(body);
    for (auto& member : body)
        if (const attribute* const target = find_of_resource(type, member.key()))
            rewrite_member(member.value(), *target);
        else if (const schema* const definition = type.find_schema(member.key()))
            rewrite_extension(member.value(), *definition);
    return body;
}

json::object rewrite_patch(json::object body, const resource_type& type, work_budget& work)
{
    work.charge(steps_of(body));
    json::value* const operations = find_in_any_case(body, "Operations");
    if (!operations || !operations->is_array())
        return body;
    for (json::value& operation : operations->get_array())
        if (operation.is_object())
            rewrite_operation(operation.get_object(), type, work);
    return body;
}

}  // namespace scimd::scim::quirks
