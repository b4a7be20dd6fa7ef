#include "scim/patch/strict.hpp"

#include "base/text.hpp"
#include "scim/patch/patch_path.hpp"
#include "scim/quoted_input.hpp"
#include "scim/schema/format.hpp"
#include "scim/schema/urn.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace scimd::scim::strict {

namespace {

error unknown_attribute(std::string_view name, std::string_view of) {
    return {errc::invalid_syntax, quoted_input(name) + " is not an attribute of " + std::string(of) + "."};
}

bool has_its_type(const json::value& value, attribute_type type) {
    switch (type) {
        case attribute_type::boolean:
            return value.is_bool();
        case attribute_type::integer:
            return value.is_int64();
        case attribute_type::decimal:
            return value.is_number();
        case attribute_type::complex:
            return value.is_object();
        case attribute_type::string:
        case attribute_type::reference:
            return value.is_string();
        case attribute_type::date_time:
        case attribute_type::binary:
            return value.is_string() && !value.get_string().empty();
    }
    return false;
}

// --- values

// Checks a reference (RFC 7643 §2.3.7, §7): a URI may be relative only if it names a resource of this server.
result<void> check_reference(std::string_view text, const value_place& place) {
    const auto& types = place.self.reference_types;
    const bool is_outside = !types.empty() && std::ranges::all_of(types, [](const std::string& type) {
        return type == "external";
    });
    if (is_outside && !is_absolute_uri(text))
        return error{errc::invalid_value, place.text() + " must be an absolute URI."};
    if (!is_uri_reference(text))
        return error{errc::invalid_value, place.text() + " must be a URI."};
    return {};
}

result<void> check_text(std::string_view text, const value_place& place) {
    if (text.empty())
        return {};  // unassigned
    if (place.self.type == attribute_type::reference)
        return check_reference(text, place);
    if (place.self.format == text_format::country && !is_country_code(text))
        return error{
                errc::invalid_value, place.text() + " must be a code of ISO 3166-1 alpha-2, such as ES."};
    return {};
}

result<void> check_value(const json::value& value, const value_place& place);

// Checks a single value; null means unassigned for every type (RFC 7643 §2.5).
result<void> check_single(const json::value& value, const value_place& place) {
    if (value.is_null())
        return {};
    if (!has_its_type(value, place.self.type))
        return wrong_type(place);
    if (value.is_string())
        return check_text(value.get_string(), place);
    if (!place.self.is_complex())
        return {};
    for (const auto& member : value.get_object()) {
        const attribute* const sub = place.self.find(member.key());
        if (!sub)
            return unknown_attribute(member.key(), place.self.name);
        if (auto checked = check_value(member.value(), {.self = *sub, .parent = &place.self}); !checked)
            return checked;
    }
    return {};
}

result<void> check_value(const json::value& value, const value_place& place) {
    if (!place.self.is_multi_valued || value.is_null())
        return check_single(value, place);
    const auto* const elements = value.if_array();
    if (!elements)
        return error{errc::invalid_value, place.text() + " must be an array."};
    for (const json::value& element : *elements)
        if (auto checked = check_single(element, place); !checked)
            return checked;
    return {};
}

result<void> check_container(const json::value& value, const schema& definition) {
    if (value.is_null())
        return {};
    const auto* const members = value.if_object();
    if (!members)
        return error{errc::invalid_value, definition.urn + " must be an object."};
    for (const auto& member : *members) {
        const attribute* const target = definition.find(member.key());
        // Test suites and clients generated from /Schemas repeat `schemas` in every object that has a schema.
        if (!target && equals_ignoring_case(member.key(), "schemas"))
            continue;
        if (!target)
            return unknown_attribute(member.key(), definition.urn);
        if (auto checked = check_value(member.value(), {.self = *target}); !checked)
            return checked;
    }
    return {};
}

const schema* find_extension(const resource_type& type, std::string_view urn) {
    const schema* const found = type.find_schema(urn);
    return found == type.base ? nullptr : found;
}

// Checks a member of a resource, or of a PATCH value that represents one.
result<void> check_member(std::string_view name, const json::value& value, const resource_type& type) {
    if (const attribute* const target = find_of_resource(type, name))
        return check_value(value, {.self = *target});
    if (const schema* const definition = find_extension(type, name))
        return check_container(value, *definition);
    return unknown_attribute(name, type.name);
}

// --- resources

// Requires `schemas` to list the base URN and those of the extensions in the body, each once, and no others
// (RFC 7643 §3).
result<void> check_schemas(const json::object& body, const resource_type& type) {
    const json::value* const given = find_ignoring_case(body, "schemas");
    if (!given || given->is_null())
        return error{errc::invalid_value, "schemas is required."};
    const auto* const urns = given->if_array();
    if (!urns)
        return error{errc::invalid_syntax, "schemas must be an array of strings."};

    std::set<const schema*> named;
    for (const json::value& urn : *urns) {
        if (!urn.is_string())
            return error{errc::invalid_syntax, "schemas must be an array of strings."};
        const std::string_view text = urn.get_string();
        const schema* const definition = type.find_schema(text);
        if (!definition)
            return error{errc::invalid_value,
                    "schemas: " + quoted_input(text) + " is no schema of " + type.name + "."};
        if (!named.insert(definition).second)
            return error{errc::invalid_value, "schemas: " + quoted_input(text) + " is listed twice."};
    }
    if (!named.contains(type.base))
        return error{errc::invalid_value, "schemas must hold " + type.base->urn + "."};
    for (const auto& member : body)
        if (const schema* const definition = find_extension(type, member.key());
                definition && !named.contains(definition))
            return error{errc::invalid_value, "schemas must hold " + definition->urn + "."};
    return {};
}

// --- PATCH

// Refuses changes of read-only attributes, whether named in a path or in a value (RFC 7644 §3.5.2).
result<void> check_without_path(const json::value& value, const resource_type& type) {
    if (!value.is_object())
        return {};  // reported by the engine
    for (const auto& member : value.get_object()) {
        if (auto checked = check_member(member.key(), member.value(), type); !checked)
            return checked;
        const attribute* const target = find_of_resource(type, member.key());
        if (target && target->mutability == mutability::read_only)
            return error{errc::mutability, target->name + " is read-only."};
    }
    return {};
}

bool is_standard_target(std::string_view text, const patch_target& target, const resource_type& type) {
    const auto open = text.find('[');
    if (open == std::string_view::npos)
        return is_standard_notation(text, target.attribute, type);
    path list = target.attribute;
    list.sub_attribute = nullptr;
    return is_standard_notation(text.substr(0, open), list, type);
}

result<void> check_at(
        std::string_view text, const json::value* value, const resource_type& type, work_budget& work) {
    if (const schema* const definition = find_extension(type, text))
        return value ? check_container(*value, *definition) : result<void>();
    const auto target = parse_target(text, type, conformance_mode::strict, work);
    if (!target)
        return target.error();
    if (!is_standard_target(text, *target, type))
        return error{errc::invalid_path, quoted_input(text) + " is not written as RFC 7644 §3.10 wants it."};
    if (is_read_only(target->attribute) || !value)
        return {};  // reported by the engine
    const path& where = target->attribute;
    const value_place place{.self = where.leaf(), .parent = where.sub_attribute ? where.attribute : nullptr};
    // An add of "a new value" to a multi-valued attribute takes one value or a list (RFC 7644 §3.5.2.1).
    const bool is_one = !where.sub_attribute && (target->where || !value->is_array());
    return is_one && where.attribute->is_multi_valued ? check_single(*value, place)
                                                      : check_value(*value, place);
}

result<void> check_operation(const json::object& operation, const resource_type& type, work_budget& work) {
    constexpr std::array<std::string_view, 3> names = {"op", "path", "value"};
    for (const auto& member : operation)
        if (std::ranges::none_of(
                    names, [&](std::string_view name) { return equals_ignoring_case(name, member.key()); }))
            return error{
                    errc::invalid_syntax, quoted_input(member.key()) + " is not a member of an operation."};
    const json::value* const op = find_ignoring_case(operation, "op");
    const json::value* const value = find_ignoring_case(operation, "value");
    // RFC 7644 §3.5.2.2 defines no value for remove. It is refused because ignoring it would remove all
    // values.
    if (value && op && op->is_string() && op->get_string() == "remove")
        return error{errc::invalid_syntax, "remove takes no value; name the values in the path."};
    const json::value* const where = find_ignoring_case(operation, "path");
    if (where && where->is_string())
        return check_at(where->get_string(), value, type, work);
    return value ? check_without_path(*value, type) : result<void>();
}

}  // namespace

result<void> check_resource(const json::object& body, const resource_type& type, work_budget& work) {
    work.charge(steps_of(body));
    if (auto checked = check_schemas(body, type); !checked)
        return checked;
    for (const auto& member : body)
        if (auto checked = check_member(member.key(), member.value(), type); !checked)
            return checked;
    return {};
}

result<void> check_message(const json::object& body, std::string_view urn) {
    const json::value* const schemas = find_ignoring_case(body, "schemas");
    if (!schemas || schemas->is_null())
        return error{errc::invalid_syntax, "schemas must hold " + std::string(urn) + "."};
    return {};
}

result<void> check_patch(const json::object& body, const resource_type& type, work_budget& work) {
    work.charge(steps_of(body));
    if (auto checked = check_message(body, urn::patch_op); !checked)
        return checked;
    const json::value* const given = find_ignoring_case(body, "Operations");
    const auto* const operations = given ? given->if_array() : nullptr;
    if (!operations || operations->size() > patch_operations_max)
        return {};  // reported by the engine
    for (std::size_t i = 0; i < operations->size(); ++i) {
        const auto* const operation = (*operations)[i].if_object();
        if (!operation)
            continue;
        if (auto checked = check_operation(*operation, type, work); !checked)
            return error{
                    checked.error().code, "Operations[" + std::to_string(i) + "]: " + checked.error().detail};
    }
    return {};
}

}  // namespace scimd::scim::strict
