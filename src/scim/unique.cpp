#include "scim/unique.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/comparable.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <variant>

namespace scimd::scim {

namespace {

bool has_column(const path& target, const resource_type& type) {
    if (target.extension)
        return false;
    const std::string& name = target.attribute->name;
    return (type.name == "User" && name == "userName") || (type.name == "Group" && name == "displayName");
}

void add_unique(std::vector<path>& found, const schema* extension, const std::vector<attribute>& of,
        const resource_type& type) {
    for (const attribute& each : of) {
        const path whole{.extension = extension, .attribute = &each};
        if (each.uniqueness != uniqueness::none && is_stored(type, each) && !has_column(whole, type))
            found.push_back(whole);
        for (const attribute& sub : each.sub_attributes)
            if (sub.uniqueness != uniqueness::none && is_stored(type, each) && is_kept_in_documents(sub))
                found.push_back({.extension = extension, .attribute = &each, .sub_attribute = &sub});
    }
}

std::string key_of_number(double number) {
    return scimd::to_text(json::value(number == 0 ? 0.0 : number));  // 0 and -0 are equal
}

std::string key_of_text(std::string_view text, const attribute& of, work_budget& work) {
    if (of.type == attribute_type::date_time) {
        const auto instant = parse_rfc3339(text);
        return instant ? format_rfc3339(*instant) : std::string(text);
    }
    return of.is_case_exact ? std::string(text) : comparable_text(text, of, work);
}

std::string key_of(const json::value& value, const attribute& of, work_budget& work) {
    work.charge(steps_of(value));
    if (const double* const real = value.if_double())
        return key_of_number(*real);
    if (const json::string* const text = value.if_string())
        return key_of_text(*text, of, work);
    return scimd::to_text(value);
}

// Calls `visit` with every value at a path: each value of a list, the sub-attribute of a complex value.
template <class Visit>
void each_value(const path& target, const json::value& value, Visit visit) {
    if (const json::array* const elements = value.if_array()) {
        for (const json::value& each : *elements)
            each_value(target, each, visit);
    } else if (const json::object* const members = value.if_object()) {
        const path part{.extension = nullptr, .attribute = target.sub_attribute};
        if (const json::value* const sub =
                        target.sub_attribute ? find(*members, target.sub_attribute->name) : nullptr)
            each_value(part, *sub, visit);
    } else if (!target.sub_attribute) {
        visit(value);
    }
}

template <class Visit>
void each_unique_value(const json::object& document, const resource_type& type, Visit visit) {
    for (const path& target : unique_attributes(type)) {
        const json::object* const holder =
                target.extension ? find_object(document, target.extension->urn) : &document;
        if (const json::value* const value = holder ? find(*holder, target.attribute->name) : nullptr)
            each_value(target, *value, [&](const json::value& each) { visit(target, each); });
    }
}

}  // namespace

std::vector<path> unique_attributes(const resource_type& type) {
    std::vector<path> found;
    add_unique(found, nullptr, type.base->attributes, type);
    for (const extension& each : type.extensions)
        add_unique(found, each.definition, each.definition->attributes, type);
    return found;
}

bool is_unique(const path& target, const resource_type& type) {
    if (target.leaf().uniqueness == uniqueness::none)
        return false;
    const auto all = unique_attributes(type);
    return std::find(all.begin(), all.end(), target) != all.end();
}

std::vector<unique_value> unique_values(
        const json::object& document, const resource_type& type, work_budget& work) {
    std::vector<unique_value> found;
    each_unique_value(document, type, [&](const path& target, const json::value& value) {
        found.push_back({.attribute = to_text(target), .key = key_of(value, target.leaf(), work)});
    });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::optional<std::string> unique_key(const literal& wanted, const attribute& of) {
    return std::visit(
            [&of](const auto& value) -> std::optional<std::string> {
                using kind = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<kind, std::string>)
                    return key_of_text(value, of, unlimited_work());
                else if constexpr (std::is_same_v<kind, double>)
                    return key_of_number(value);
                else if constexpr (std::is_same_v<kind, std::int64_t>)
                    return std::to_string(value);
                else
                    return std::nullopt;
            },
            wanted);
}

std::string unique_comparison(const attribute& of) {
    switch (of.type) {
        case attribute_type::integer:
            return "integer";
        case attribute_type::decimal:
            return "decimal";
        case attribute_type::date_time:
            return "instant";
        default:
            return of.is_case_exact ? "exact" : "folded";
    }
}

result<void> check_unique_lengths(const json::object& document, const resource_type& type) {
    result<void> checked;
    each_unique_value(document, type, [&](const path& target, const json::value& value) {
        const json::string* const text = value.if_string();
        if (text && text->size() > unique_value_bytes_max)
            checked = error{errc::invalid_value, to_text(target) + " is longer than " +
                                                         std::to_string(unique_value_bytes_max) + " bytes."};
    });
    return checked;
}

}  // namespace scimd::scim
