#include "scim/resource.hpp"

#include "base/text.hpp"
#include "scim/references.hpp"
#include "scim/schema/urn.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace scimd::scim {

namespace {

constexpr std::uint64_t name_steps = 400;  // to look up the attribute of a member

// Checks only the form of `schemas`. RFC 7643 §3.1 requires the base URN in it, but clients' templates omit
// the attribute or use URNs of SCIM 1.1; the endpoint determines the resource type.
result<void> check_schemas(const json::value& value) {
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

// Checks write-only attributes (required, types) like others, although they are not stored. The content of a
// password is not checked.
result<void> check_secrets(const json::object& holder, const schema& definition, work_budget& work) {
    for (const attribute& each : definition.attributes) {
        if (!is_forgotten(each))
            continue;
        work.charge(holder.size());
        const json::value* const given = find_ignoring_case(holder, each.name);
        if (given && !definition.is_built_in) {
            if (auto read = read_value(*given, each, work); !read)
                return read.error();
        }
        if (each.is_required && (!given || is_blank(*given)))
            return invalid_value(each.name + " is required.");
    }
    return {};
}

error in_schema(const schema& definition, const error& reason) {
    return {reason.code, definition.urn + ":" + reason.detail};
}

// Records the parts of an attribute's value that a document does not hold. Common attributes are skipped:
// every response contains them, whatever the client sends.
void record_ignored(ignored_names& found, const schema* extension, const attribute& target,
        const json::value& value, work_budget& work) {
    if (is_blank(value) || find_common(target.name) == &target)
        return;
    if (target.mutability == mutability::read_only)
        found.add(extension, target.name, ignored_reason::read_only);
    else if (!is_kept_in_documents(target))
        found.add(extension, target.name, ignored_reason::not_kept);
    else
        record_ignored_parts(found, extension, target, value, work);
}

// Records an unknown attribute, except `schemas`, which some clients repeat inside extensions.
void record_unknown(
        ignored_names& found, const schema* extension, std::string_view name, const json::value& value) {
    if (!is_blank(value) && !(extension && equals_ignoring_case(name, "schemas")))
        found.add(extension, name, ignored_reason::unknown_attribute);
}

// Reads the attributes of an extension from its container.
result<void> read_extension(
        const json::value& value, const schema& definition, parsed_body& made, work_budget& work) {
    if (is_blank(value))
        return {};
    if (!value.is_object())
        return invalid_value(definition.urn + " must be an object.");
    json::object container;
    for (const auto& member : value.get_object()) {
        const attribute* const target = definition.find(member.key());
        if (!target) {
            record_unknown(made.ignored, &definition, member.key(), member.value());
            continue;
        }
        record_ignored(made.ignored, &definition, *target, member.value(), work);
        if (!is_kept_in_documents(*target))
            continue;
        auto read = read_value(member.value(), *target, work);
        if (!read)
            return in_schema(definition, read.error());
        if (!read->is_null())
            container[target->name] = std::move(*read);
    }
    if (auto checked = check_secrets(value.get_object(), definition, work); !checked)
        return in_schema(definition, checked.error());
    made.document[definition.urn] = std::move(container);
    return {};
}

result<void> read_attribute(const json::value& value, const attribute& target, const resource_type& type,
        parsed_body& made, work_budget& work) {
    if (&target == find_common("schemas"))
        return check_schemas(value);
    record_ignored(made.ignored, nullptr, target, value, work);
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
    auto read = read_value(value, target, work);
    if (!read)
        return read.error();
    if (!read->is_null())
        made.document[target.name] = std::move(*read);
    return {};
}

result<void> check_kept(const json::object& current, const json::object& next,
        const std::vector<attribute>& attributes, const std::string& prefix, work_budget& work);

bool has_immutable_part(const attribute& list) {
    return std::any_of(list.sub_attributes.begin(), list.sub_attributes.end(),
            [](const attribute& sub) { return sub.mutability == mutability::immutable; });
}

// Checks that elements which are equal before and after, by type and value, keep their immutable
// sub-attributes.
result<void> check_elements_kept(const json::array& current, const json::value* next, const attribute& list,
        const std::string& name, work_budget& work) {
    const json::array* const elements = next ? next->if_array() : nullptr;
    if (!elements || !has_immutable_part(list))
        return {};
    std::map<std::string, const json::object*> known;
    for (const json::value& each : current)
        if (each.is_object() && find(each.get_object(), "value"))
            known.emplace(identity(each, list, work), &each.get_object());
    for (const json::value& each : *elements) {
        const auto before = known.find(identity(each, list, work));
        if (before == known.end() || !each.is_object())
            continue;
        if (auto kept = check_kept(*before->second, each.get_object(), list.sub_attributes, name + ".", work);
                !kept)
            return kept;
    }
    return {};
}

result<void> check_kept(const json::object& current, const json::object& next,
        const std::vector<attribute>& attributes, const std::string& prefix, work_budget& work) {
    for (const attribute& each : attributes) {
        const json::value* const before = find(current, each.name);
        if (!before)
            continue;
        const std::string name = prefix + each.name;
        const json::value* const after = find(next, each.name);
        const json::object none;
        result<void> kept;
        if (each.mutability == mutability::immutable && (!after || *after != *before))
            kept = error{errc::mutability, name + " cannot change once it has a value."};
        else if (const json::array* const elements = before->if_array(); elements && each.is_complex())
            kept = check_elements_kept(*elements, after, each, name, work);
        else if (const json::object* const members = before->if_object())
            kept = check_kept(*members, after && after->is_object() ? after->get_object() : none,
                    each.sub_attributes, name + ".", work);
        if (!kept)
            return kept;
    }
    return {};
}

result<member> read_member(const json::value& value) {
    if (value.is_string() && !value.get_string().empty())
        return member{.value = std::string(value.get_string()), .display = {}, .type = {}};
    if (!value.is_object())
        return invalid_value("members must be objects with a value.");

    member made;
    const std::array fields = {std::pair("value", &made.value), std::pair("display", &made.display),
            std::pair("type", &made.type)};
    for (const auto& [name, target] : fields) {
        const json::value* const given = find_ignoring_case(value.get_object(), name);
        if (!given || given->is_null())
            continue;
        if (!given->is_string())
            return invalid_value("members." + std::string(name) + " must be a string.");
        *target = std::string(given->get_string());
    }
    if (made.value.empty())
        return invalid_value("members must be objects with a value.");
    return made;
}

result<void> check_member(const member& candidate) {
    for (const std::string* const text : {&candidate.value, &candidate.display, &candidate.type}) {
        if (text->size() > user_name_bytes_max)
            return invalid_value(
                    "members holds a text longer than " + std::to_string(user_name_bytes_max) + " bytes.");
        if (const auto fault = why_not_storable(*text); !fault.empty())
            return invalid_value("members " + std::string(fault));
    }
    return {};
}

}  // namespace

bool is_lifecycle_state(const resource_type& type, const attribute& candidate) noexcept {
    return type.base->urn == urn::user && &candidate == type.base->find("active");
}

void complete_new(json::object& document, const resource_type& type) {
    keep_unnamed(document, {}, type);
}

void keep_unnamed(json::object& next, const json::object& current, const resource_type& type) {
    if (type.base->urn != urn::user || next.contains("active"))
        return;
    const json::value* const active = find(current, "active");
    next["active"] = active && active->is_bool() ? *active : json::value(true);
}

result<parsed_body> read_body(const json::object& body, const resource_type& type, work_budget& work) {
    work.charge(steps_of(body) + body.size() * name_steps);
    parsed_body made;
    for (const auto& member : body) {
        result<void> read;
        if (const attribute* const target = find_of_resource(type, member.key()))
            read = read_attribute(member.value(), *target, type, made, work);
        else if (const schema* const definition = type.find_schema(member.key());
                definition && definition != type.base)
            read = read_extension(member.value(), *definition, made, work);
        else
            record_unknown(made.ignored, nullptr, member.key(), member.value());
        if (!read)
            return read.error();
    }
    if (auto checked = check_secrets(body, *type.base, work); !checked)
        return checked.error();
    complete_references(made.document, type, &made.ignored);
    if (auto normal = normalize(made.document, type, work, &made.ignored); !normal)
        return normal.error();
    if (auto checked = check_visibility(made.document, {}, type, work); !checked)
        return checked.error();
    return made;
}

result<void> check_replacement(
        const json::object& current, const json::object& next, const resource_type& type, work_budget& work) {
    work.charge(steps_of(current));
    if (auto kept = check_kept(current, next, type.base->attributes, "", work); !kept)
        return kept;
    const json::object none;
    for (const extension& each : type.extensions) {
        const std::string& urn = each.definition->urn;
        const auto* const before = find_object(current, urn);
        if (!before)
            continue;
        const auto* const after = find_object(next, urn);
        if (auto kept = check_kept(
                    *before, after ? *after : none, each.definition->attributes, urn + ":", work);
                !kept)
            return kept;
    }
    return {};
}

result<std::vector<member>> read_members(const json::value& value) {
    std::vector<member> made;
    if (is_blank(value) && !value.is_object())
        return made;
    const auto* const given = value.if_array();
    const std::size_t count = given ? given->size() : 1;
    if (count > members_max)
        return error{errc::too_large, "members has more than " + std::to_string(members_max) + " values."};

    // An ordered set: no choice of values can make it quadratic, unlike a hash table.
    std::set<std::string> seen;
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
