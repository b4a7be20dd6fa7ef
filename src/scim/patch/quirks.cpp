#include "scim/patch/quirks.hpp"

#include "base/text.hpp"
#include "scim/patch/patch_path.hpp"
#include "scim/schema/legacy_names.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::scim::quirks {

namespace {

constexpr std::uint64_t name_steps = 400;  // to look up a member's attribute and to move it

json::value* find_in_any_case(json::object& object, std::string_view name) noexcept {
    for (auto& member : object)
        if (equals_ignoring_case(member.key(), name))
            return &member.value();
    return nullptr;
}

bool has_value_part(const attribute& of) noexcept {
    return of.is_complex() && of.find("value");
}

// --- values

// JumpCloud: `phoneNumbers: ["tel:+1-555"]`. Entra: `manager: "26118915"`. Templates of OneLogin: `emails:
// "a@b"`.
void string_for_an_object_with_value(json::value& value, const attribute& of) {
    if (!has_value_part(of) || !value.is_string() || value.get_string().empty())
        return;
    json::object wrapped;
    wrapped["value"] = std::move(value);
    value = std::move(wrapped);
}

void strings_for_objects_with_value(json::value& value, const attribute& of) {
    string_for_an_object_with_value(value, of);
    if (auto* const elements = value.if_array())
        for (json::value& element : *elements)
            string_for_an_object_with_value(element, of);
}

void array_of_one(json::value& value) {
    const auto* const elements = value.if_array();
    if (!elements || elements->size() != 1)
        return;
    json::value only = elements->front();
    value = std::move(only);
}

// Entra, older documentation: `manager: [{"value": "26118915"}]`, also for a single value that a filter
// selects; other providers, for any attribute that is not multi-valued.
void array_of_one_for_a_value(json::value& value, const attribute& of) {
    array_of_one(value);
    json::object* const members = of.is_complex() ? value.if_object() : nullptr;
    if (!members)
        return;
    for (auto& member : *members)
        if (const attribute* const sub = of.find(member.key()); sub && !sub->is_multi_valued)
            array_of_one(member.value());
}

// Entra's "remove manager" is a replace with {"value": ""}. Merging it would leave `$ref` behind.
void empty_value_for_unassigned(json::value& value, const attribute& of) {
    auto* const object = value.if_object();
    const json::value* const inside = object ? find_in_any_case(*object, "value") : nullptr;
    if (has_value_part(of) && inside && is_blank(*inside))
        value = nullptr;
}

// Entra, older documentation: path "userName" with [{"$ref": null, "value": "b@c"}]; others: path "active"
// with {"active": false} or {"value": false}.
void wrapped_simple_value(json::value& value, const attribute& of) {
    if (of.is_complex() || of.is_multi_valued)
        return;
    array_of_one(value);
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

// --- names

// Replaces legacy URNs (legacy_names.hpp) in the names of members.
void legacy_urns_as_names(json::object& object, const resource_type& type) {
    json::object renamed;
    for (auto& member : object) {
        const auto standard = standard_name(member.key(), type);
        // If the standard name is present as well, it takes precedence.
        const bool is_renamed = standard && !find_ignoring_case(object, *standard);
        renamed[is_renamed ? *standard : std::string(member.key())] = std::move(member.value());
    }
    object = std::move(renamed);
}

// A template for SCIM 1.1: `manager: {"managerId": "26118915"}`.
void legacy_names_of_parts(json::value& value, const attribute& of) {
    json::object* const members = value.if_object();
    if (!members || !of.is_complex())
        return;
    for (const auto& member : *members) {
        const attribute* const meant = of.find(member.key()) ? nullptr : find_sub_attribute(of, member.key());
        if (!meant || find_in_any_case(*members, meant->name))
            continue;
        json::value moved = member.value();
        (*members)[meant->name] = std::move(moved);
        return;  // the members have moved; no attribute has two legacy names
    }
}

// Returns the object of that name in any case, creating it if missing; nullptr if the member is not an
// object.
json::object* object_under(json::object& holder, std::string_view name) {
    if (json::value* const found = find_in_any_case(holder, name))
        return found->if_object();
    return &holder[name].emplace_object();
}

// Moves a value to a path unless there is one already.
bool put_at(json::object& body, const path& where, json::value& value) {
    json::object* holder = where.extension ? object_under(body, where.extension->urn) : &body;
    if (holder && where.sub_attribute)
        holder = object_under(*holder, where.attribute->name);
    if (!holder || find_in_any_case(*holder, where.leaf().name))
        return false;
    (*holder)[where.leaf().name] = std::move(value);
    return true;
}

// Moves members whose name is a path: `name.givenName`, or an extension's attribute with its URN or without
// it (Entra, older documentation: `manager`). PATCH understands such names everywhere.
void names_as_paths(json::object& body, const resource_type& type) {
    std::vector<std::string> names;
    for (const auto& member : body)
        if (!is_blank(member.value()) && !find_of_resource(type, member.key()) &&
                !type.find_schema(member.key()))
            names.emplace_back(member.key());
    for (const std::string& name : names) {
        const auto where = parse_path(name, type);
        if (!where)
            continue;
        json::value value = body.at(name);
        if (put_at(body, *where, value))
            body.stable_erase(body.find(name));
    }
}

// Moves the attributes of the base schema that stand under its URN, like those of an extension.
void base_schema_as_container(json::object& body, const resource_type& type) {
    json::value* const container = find_in_any_case(body, type.base->urn);
    if (!container)
        return;
    array_of_one(*container);
    if (!container->is_object())
        return;
    const json::object members = std::move(container->get_object());
    const auto place = std::ranges::find_if(
            body, [&](const auto& member) { return equals_ignoring_case(member.key(), type.base->urn); });
    body.stable_erase(place);
    for (const auto& member : members)
        if (!find_in_any_case(body, member.key()))
            body[member.key()] = member.value();
}

// Entra without its flag of 2020: "Add", "Replace", "Remove".
void op_in_any_case(json::object& operation) {
    json::value* const op = find_in_any_case(operation, "op");
    if (op && op->is_string())
        *op = to_lower_ascii(trim(op->get_string()));
}

// --- application

void rewrite_member(json::value& value, const attribute& of) {
    if (!of.is_multi_valued) {
        array_of_one_for_a_value(value, of);
        string_for_an_object_with_value(value, of);
        legacy_names_of_parts(value, of);
        empty_value_for_unassigned(value, of);
        return;
    }
    strings_for_objects_with_value(value, of);
    if (value.is_object())
        array_of_one_for_a_value(value, of);
    if (auto* const elements = value.if_array())
        for (json::value& element : *elements)
            if (element.is_object())
                array_of_one_for_a_value(element, of);
}

void rewrite_extension(json::value& value, const schema& definition) {
    array_of_one(value);
    auto* const container = value.if_object();
    if (!container)
        return;
    for (auto& member : *container)
        if (const attribute* const target = definition.find(member.key()))
            rewrite_member(member.value(), *target);
}

void rewrite_target(json::value& value, const patch_target& target) {
    const attribute& of = target.attribute.leaf();
    wrapped_simple_value(value, of);
    if (target.where && !target.attribute.sub_attribute) {
        array_of_one_for_a_value(value, of);
        string_for_an_object_with_value(value, of);
        legacy_names_of_parts(value, of);
    } else {
        rewrite_member(value, of);
    }
}

void rewrite_named(json::value& value, std::string_view name, const resource_type& type, work_budget& work) {
    if (const schema* const definition = type.find_schema(name))
        rewrite_extension(value, *definition);
    else if (const auto target = parse_target(name, type, conformance_mode::compat, work))
        rewrite_target(value, *target);
}

void rewrite_operation(json::object& operation, const resource_type& type, work_budget& work) {
    op_in_any_case(operation);
    json::value* const where = find_in_any_case(operation, "path");
    json::value* const value = find_in_any_case(operation, "value");
    if (where && where->is_string()) {
        const std::string text(trim(where->get_string()));
        *where = standard_name(text, type).value_or(text);
        if (value)
            rewrite_named(*value, where->get_string(), type, work);
        return;
    }
    if (!value)
        return;
    array_of_one(*value);
    if (!value->is_object())
        return;
    legacy_urns_as_names(value->get_object(), type);
    for (auto& member : value->get_object())
        rewrite_named(member.value(), member.key(), type, work);
}

}  // namespace

json::object rewrite_resource(json::object body, const resource_type& type, work_budget& work) {
    work.charge(steps_of(body) + body.size() * name_steps);
    legacy_urns_as_names(body, type);
    base_schema_as_container(body, type);
    names_as_paths(body, type);
    for (auto& member : body)
        if (const attribute* const target = find_of_resource(type, member.key()))
            rewrite_member(member.value(), *target);
        else if (const schema* const definition = type.find_schema(member.key()))
            rewrite_extension(member.value(), *definition);
    return body;
}

json::object rewrite_patch(json::object body, const resource_type& type, work_budget& work) {
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
