#include "base/text.hpp"
#include "scim/comparable.hpp"
#include "scim/references.hpp"
#include "scim/resource.hpp"
#include "scim/schema/urn.hpp"
#include "scim/unique.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <utility>

namespace scimd::scim {

namespace {

// Removes empty parts from a value; the value itself becomes null when nothing is left.
void prune(json::value& value) {
    if (auto* const object = value.if_object()) {
        for (auto member = object->begin(); member != object->end();) {
            prune(member->value());
            if (member->value().is_null())
                member = object->stable_erase(member);
            else
                ++member;
        }
    }
    if (auto* const array = value.if_array()) {
        for (json::value& element : *array)
            prune(element);
        const auto kept = std::remove_if(
                array->begin(), array->end(), [](const json::value& element) { return element.is_null(); });
        array->erase(kept, array->end());
    }
    if (is_blank(value))
        value = nullptr;
}

// Normalizes lists inside a complex value.
result<void> normalize_sub_attributes(json::value& value, const attribute& target, work_budget& work) {
    json::object* const members = value.if_object();
    if (!members)
        return {};
    for (auto& member : *members) {
        const attribute* const sub = target.find(member.key());
        json::array* const elements = member.value().if_array();
        if (!sub || !elements)
            continue;
        deduplicate(*elements, *sub, work);
        if (elements->size() > values_max)
            return invalid_value(target.name + "." + sub->name + " has more than " +
                                 std::to_string(values_max) + " values.");
    }
    return {};
}

result<void> check_required_parts(const json::value& value, const attribute& target) {
    if (!value.is_object())
        return {};
    for (const attribute& sub : target.sub_attributes) {
        const bool is_expected = sub.is_required && is_kept_in_documents(sub);
        if (is_expected && !value.get_object().contains(sub.name))
            return invalid_value(target.name + "." + sub.name + " is required.");
    }
    return {};
}

// True for users' lists whose elements mean nothing without `value` (RFC 7643 §2.4): e-mail addresses,
// telephone numbers, roles. (An address has no `value`.)
bool requires_value(const attribute& target, const resource_type& type) {
    const bool is_of_users = type.base->urn == urn::user && type.base->find(target.name) == &target;
    return is_of_users && target.is_multi_valued && target.find("value");
}

void drop_without_value(json::value& list, const attribute& target, ignored_names* ignored) {
    json::array* const elements = list.if_array();
    if (!elements)
        return;
    const auto kept = std::remove_if(elements->begin(), elements->end(), [](const json::value& element) {
        return element.is_object() && !element.get_object().contains("value");
    });
    if (kept == elements->end())
        return;
    elements->erase(kept, elements->end());
    if (ignored)
        ignored->add(target.name, ignored_reason::no_value);
    if (elements->empty())
        list = nullptr;
}

result<void> normalize_list(json::array& elements, const attribute& target, work_budget& work) {
    // The contents come first, because they decide which elements are equal.
    for (json::value& element : elements)
        if (auto normalized = normalize_sub_attributes(element, target, work); !normalized)
            return normalized;
    deduplicate(elements, target, work);
    if (elements.size() > values_max)
        return invalid_value(target.name + " has more than " + std::to_string(values_max) + " values.");
    if (count_primaries(elements) > 1)
        return invalid_value(target.name + " has more than one primary value.");
    for (const json::value& element : elements)
        if (auto checked = check_required_parts(element, target); !checked)
            return checked;
    return {};
}

result<void> normalize_value(json::value& value, const attribute& target, const resource_type& type,
        work_budget& work, ignored_names* ignored) {
    prune(value);
    if (requires_value(target, type))
        drop_without_value(value, target, ignored);
    if (auto* const elements = value.if_array())
        return normalize_list(*elements, target, work);
    if (auto normalized = normalize_sub_attributes(value, target, work); !normalized)
        return normalized;
    return check_required_parts(value, target);
}

result<json::object> normalize_extension(json::value& value, const schema& definition,
        const resource_type& type, work_budget& work, ignored_names* ignored) {
    json::object container;
    if (!value.is_object())
        return container;
    for (auto& member : value.get_object()) {
        const attribute* const target = definition.find(member.key());
        if (!target || !is_kept_in_documents(*target))
            continue;
        if (auto normalized = normalize_value(member.value(), *target, type, work, ignored); !normalized)
            return normalized.error();
        if (!member.value().is_null())
            container[target->name] = std::move(member.value());
    }
    return container;
}

result<void> check_required(const json::object& document, const std::vector<attribute>& attributes) {
    for (const attribute& each : attributes) {
        const bool is_expected = each.is_required && is_kept_in_documents(each);
        if (is_expected && !document.contains(each.name))
            return invalid_value(each.name + " is required.");
    }
    return {};
}

// An optional extension's required attributes are required once the extension is present (RFC 7643 §6).
result<void> check_extensions(const json::object& document, const resource_type& type) {
    for (const extension& each : type.extensions) {
        const auto* const container = find_object(document, each.definition->urn);
        if (!container && each.is_required)
            return invalid_value(each.definition->urn + " is required.");
        if (!container)
            continue;
        if (auto checked = check_required(*container, each.definition->attributes); !checked)
            return error{errc::invalid_value, each.definition->urn + ":" + checked.error().detail};
    }
    return {};
}

result<void> check_name(const json::object& document, std::string_view name) {
    const auto* const text = find_string(document, name);
    if (text && text->size() > user_name_bytes_max)
        return invalid_value(
                std::string(name) + " is longer than " + std::to_string(user_name_bytes_max) + " bytes.");
    return {};
}

// Refuses names and addresses that can be made to look like another's (Unicode TR36 §2.5).
result<void> check_appearance(const json::object& holder, std::string_view name, std::string_view label) {
    const auto* const text = find_string(holder, name);
    if (text && has_bidi_control(*text))
        return invalid_value(std::string(label) + " holds bidirectional control characters.");
    return {};
}

result<void> check_texts(const json::object& document) {
    for (const std::string_view name : {"userName", "displayName", "externalId"})
        if (auto checked = check_name(document, name); !checked)
            return checked;
    for (const std::string_view name : {"userName", "displayName"})
        if (auto checked = check_appearance(document, name, name); !checked)
            return checked;
    const auto* const emails = find_array(document, "emails");
    if (!emails)
        return {};
    for (const json::value& email : *emails) {
        if (!email.is_object())
            continue;
        if (auto checked = check_appearance(email.get_object(), "value", "emails.value"); !checked)
            return checked;
    }
    return {};
}

// Returns the base and the extensions that have data, in the order of the resource type (RFC 7643 §3).
json::array schemas_of(const json::object& document, const resource_type& type) {
    json::array urns;
    urns.emplace_back(type.base->urn);
    for (const extension& each : type.extensions)
        if (document.contains(each.definition->urn))
            urns.emplace_back(each.definition->urn);
    return urns;
}

}  // namespace

// Names that consist of invisible characters could not be distinguished.
result<void> check_visibility(const json::object& document, const json::object& before,
        const resource_type& type, work_budget& work) {
    for (const attribute& each : type.base->attributes) {
        if (each.format != text_format::name || !each.is_required)
            continue;
        const auto* const name = find_string(document, each.name);
        const auto* const old = find_string(before, each.name);
        const bool is_new = name && !(old && *old == *name);
        if (is_new && comparable_text(*name, each, work).empty())
            return invalid_value(each.name + " holds nothing that can be seen.");
    }
    return {};
}

result<void> normalize(
        json::object& document, const resource_type& type, work_budget& work, ignored_names* ignored) {
    work.charge(steps_of(document));
    complete_references(document, type);  // first, because what it empties has to be pruned
    json::object next;
    next["schemas"] = nullptr;  // puts `schemas` first
    for (auto& member : document) {
        if (const attribute* const target = find_of_resource(type, member.key())) {
            if (!is_stored(type, *target))
                continue;
            if (auto normalized = normalize_value(member.value(), *target, type, work, ignored); !normalized)
                return normalized;
            if (!member.value().is_null())
                next[target->name] = std::move(member.value());
        } else if (const schema* const definition = type.find_schema(member.key())) {
            auto container = normalize_extension(member.value(), *definition, type, work, ignored);
            if (!container)
                return error{container.error().code, definition->urn + ":" + container.error().detail};
            if (!container->empty())
                next[definition->urn] = std::move(*container);
        }
    }
    next["schemas"] = schemas_of(next, type);
    document = std::move(next);

    if (auto checked = check_required(document, type.base->attributes); !checked)
        return checked;
    if (auto checked = check_extensions(document, type); !checked)
        return checked;
    if (auto checked = check_unique_lengths(document, type); !checked)
        return checked;
    return check_texts(document);
}

}  // namespace scimd::scim
