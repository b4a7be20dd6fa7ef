#include "scim/resource.hpp"

#include "base/text.hpp"
#include "scim/urn.hpp"
#include "scim/value.hpp"

#include <array>
#include <unordered_set>
#include <utility>

namespace scimd::scim {

namespace {

error invalid(std::string detail)
{
    return {errc::invalid_value, std::move(detail)};
}

// RFC 7643 §3.1 wants the base URN in `schemas`, but templates forget the whole attribute or write the URNs
// of SCIM 1.1: the endpoint says what the resource is, so only its form is checked.
result<void> check_schemas(const json::value& value)
{
    if (value.is_null())
        return {};
    const auto* const urns = value.if_array();
    if (!urns)
        return error{errc::invalid_syntax, "schemas must be an array of strings."};
    for (const json::value& urn : *urns)
        if (!urn.is_string())
            return error{errc::invalid_syntax, "schemas must be an array of strings."};
    return {};
}

// Takes the attributes of an extension out of its container.
result<void> read_extension(const json::value& value, const schema& definition, json::object& document)
{
    if (is_blank(value))
        return {};
    if (!value.is_object())
        return invalid(definition.urn + " must be an object.");
    json::object container;
    for (const auto& member : value.get_object()) {
        const attribute* const target = definition.find(member.key());
        if (!target || !is_kept_in_documents(*target))
            continue;
        auto read = read_value(member.value(), *target);
        if (!read)
            return error{read.error().code, definition.urn + ":" + read.error().detail};
        if (!read->is_null())
            container[target->name] = std::move(*read);
    }
    document[definition.urn] = std::move(container);
    return {};
}

result<void> read_attribute(
    const json::value& value, const attribute& target, const resource_type& type, incoming& made
)
{
    if (&target == find_common("schemas"))
        return check_schemas(value);
    if (is_kept_apart(type, target)) {
        auto members = read_members(value);
        if (!members)
            return members.error();
        made.members = std::move(*members);
        made.names_members = true;
        return {};
    }
    if (!is_stored(type, target))
        return {};
    auto read = read_value(value, target);
    if (!read)
        return read.error();
    if (!read->is_null())
        made.document[target.name] = std::move(*read);
    return {};
}

// A user whose client says nothing of `active` is an active one: Okta loops on "reactivating" a user that
// comes back without it.
void default_active(json::object& document, const resource_type& type)
{
    if (type.base->urn == urn::user && !document.contains("active"))
        document["active"] = true;
}

result<void> check_kept(
    const json::object& current,
    const json::object& next,
    const std::vector<attribute>& attributes,
    const std::string& prefix
)
{
    for (const attribute& each : attributes) {
        const json::value* const before = find(current, each.name);
        if (!before)
            continue;
        const json::value* const after = find(next, each.name);
        if (each.mutability == mutability::immutable) {
            if (!after || *after != *before)
                return error{errc::mutability, prefix + each.name + " cannot change once it has a value."};
            continue;
        }
        if (!each.is_complex() || each.is_multi_valued || !before->is_object())
            continue;
        const json::object none;
        const auto& inside = after && after->is_object() ? after->get_object() : none;
        if (auto kept =
                check_kept(before->get_object(), inside, each.sub_attributes, prefix + each.name + ".");
            !kept)
            return kept;
    }
    return {};
}

result<member> read_member(const json::value& value)
{
    if (value.is_string() && !value.get_string().empty())
        return member{.value = std::string(value.get_string()), .display = {}, .type = {}};
    if (!value.is_object())
        return invalid("members must be objects with a value.");

    member made;
    const std::array fields = {
        std::pair("value", &made.value), std::pair("display", &made.display), std::pair("type", &made.type)
    };
    for (const auto& [name, target] : fields) {
        const json::value* const given = find_ignoring_case(value.get_object(), name);
        if (!given || given->is_null())
            continue;
        if (!given->is_string())
            return invalid("members." + std::string(name) + " must be a string.");
        *target = std::string(given->get_string());
    }
    if (made.value.empty())
        return invalid("members must be objects with a value.");
    return made;
}

result<void> check_member(const member& candidate)
{
    for (const std::string* const text : {&candidate.value, &candidate.display, &candidate.type}) {
        if (text->size() > user_name_bytes_max)
            return invalid(
                "members holds a text longer than " + std::to_string(user_name_bytes_max) + " bytes."
            );
        if (!is_storable(*text))
            return invalid("members holds control characters or no valid Unicode.");
    }
    return {};
}

}  // namespace

bool is_kept_apart(const resource_type& type, const attribute& candidate) noexcept
{
    return type.base->urn == urn::group && &candidate == type.base->find("members");
}

result<incoming> read_body(const json::object& body, const resource_type& type)
{
    incoming made;
    for (const auto& member : body) {
        result<void> read;
        if (const attribute* const target = find_of_resource(type, member.key()))
            read = read_attribute(member.value(), *target, type, made);
        else if (const schema* const definition = type.find_schema(member.key());
                 definition && definition != type.base)
            read = read_extension(member.value(), *definition, made.document);
        if (!read)
            return read.error();
    }
    default_active(made.document, type);
    if (auto normal = normalize(made.document, type); !normal)
        return normal.error();
    return made;
}

result<void> check_replacement(
    const json::object& current, const json::object& next, const resource_type& type
)
{
    if (auto kept = check_kept(current, next, type.base->attributes, ""); !kept)
        return kept;
    const json::object none;
    for (const extension& each : type.extensions) {
        const std::string& urn = each.definition->urn;
        const auto* const before = find_object(current, urn);
        if (!before)
            continue;
        const auto* const after = find_object(next, urn);
        if (auto kept = check_kept(*before, after ? *after : none, each.definition->attributes, urn + ":");
            !kept)
            return kept;
    }
    return {};
}

result<std::vector<member>> read_members(const json::value& value)
{
    std::vector<member> made;
    if (is_blank(value) && !value.is_object())
        return made;
    const auto* const given = value.if_array();
    const std::size_t count = given ? given->size() : 1;
    if (count > members_max)
        return error{errc::too_large, "members has more than " + std::to_string(members_max) + " values."};

    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < count; ++i) {
        const json::value& element = given ? (*given)[i] : value;
        if (element.is_null())
            continue;
        auto read = read_member(element);
        if (!read)
            return read.error();
        if (auto checked = check_member(*read); !checked)
            return checked.error();
        if (seen.insert(read->value).second)
            made.push_back(std::move(*read));
    }
    return made;
}

}  // namespace scimd::scim
