#include "scim/filter/path.hpp"

#include "base/text.hpp"
#include "scim/quoted_input.hpp"
#include "scim/schema/legacy_names.hpp"

#include <algorithm>

namespace scimd::scim {

namespace {

error unknown(std::string_view text) {
    return {errc::invalid_path, "There is no attribute " + quoted_input(text) + "."};
}

// A text split after the schema URN with which it starts.
struct qualified_name {
    const schema* definition = nullptr;  // nullptr: no URN
    std::string_view name;
};

// Keeps the longest match: one schema's URN may be a prefix of another's.
void consider(qualified_name& best, const schema& candidate, std::string_view text) {
    const std::string_view urn = candidate.urn;
    const bool is_longer = !best.definition || urn.size() > best.definition->urn.size();
    if (!is_longer || text.size() <= urn.size() || !starts_with_ignoring_case(text, urn))
        return;
    const char separator = text[urn.size()];
    if (separator == ':' || separator == '.')
        best = {&candidate, text.substr(urn.size() + 1)};
}

qualified_name take_urn(std::string_view text, const resource_type& type) {
    qualified_name found{nullptr, text};
    consider(found, *type.base, text);
    for (const extension& each : type.extensions)
        consider(found, *each.definition, text);
    return found;
}

// Finds an extension's attribute by its bare name, if neither the common attributes nor the base schema have
// it and exactly one extension does. Entra's documented probes use `manager eq "…"` without the URN.
path find_unqualified_in_extensions(std::string_view name, const resource_type& type) {
    path found;
    for (const extension& each : type.extensions) {
        const attribute* const candidate = each.definition->find(name);
        if (!candidate)
            continue;
        if (found.attribute)
            return {};
        found = {.extension = each.definition, .attribute = candidate};
    }
    return found;
}

path find_in_base(std::string_view name, const resource_type& type) {
    const attribute* const own = type.base->find(name);
    return {.attribute = own ? own : find_common(name)};
}

path find_attribute(const schema* definition, std::string_view name, const resource_type& type) {
    if (definition && definition != type.base)
        return {.extension = definition, .attribute = definition->find(name)};
    const path found = find_in_base(name, type);
    if (found.attribute || definition)
        return found;
    return find_unqualified_in_extensions(name, type);
}

}  // namespace

result<path> parse_path(std::string_view text, const resource_type& type) {
    const auto renamed = standard_name(text, type);
    if (renamed)
        text = *renamed;
    if (type.find_schema(text))
        return error{errc::invalid_path, quoted_input(text) + " names a schema, not an attribute."};

    const auto [definition, name] = take_urn(text, type);
    const auto dot = name.find('.');
    path found = find_attribute(definition, name.substr(0, dot), type);
    if (!found.attribute)
        return unknown(text);
    if (dot == std::string_view::npos)
        return found;

    found.sub_attribute = find_sub_attribute(*found.attribute, name.substr(dot + 1));
    if (!found.sub_attribute)
        return unknown(text);
    return found;
}

bool belongs(const path& target, const resource_type& type) noexcept {
    if (!target.extension)
        return find_in_base(target.attribute->name, type).attribute == target.attribute;
    return std::any_of(type.extensions.begin(), type.extensions.end(),
            [&](const extension& each) { return each.definition == target.extension; });
}

bool is_read_only(const path& target) noexcept {
    return target.attribute->mutability == mutability::read_only ||
           target.leaf().mutability == mutability::read_only;
}

std::string to_text(const path& target) {
    std::string text;
    if (target.extension)
        text = target.extension->urn + ":";
    text += target.attribute->name;
    if (target.sub_attribute)
        text += "." + target.sub_attribute->name;
    return text;
}

bool is_standard_notation(std::string_view text, const path& target, const resource_type& type) {
    const std::string base = type.base->urn + ":";
    if (!target.extension && starts_with_ignoring_case(text, base))
        text.remove_prefix(base.size());
    return equals_ignoring_case(text, to_text(target));
}

}  // namespace scimd::scim
