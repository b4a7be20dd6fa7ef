#include "scim/references.hpp"

#include "base/id.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::scim {

namespace {

// The `$ref` of an attribute whose values point at resources of ours; nullptr for any other attribute.
const attribute* reference_of(const attribute& candidate)
{
    if (!candidate.is_complex() || !candidate.find("value"))
        return nullptr;
    const attribute* const found = candidate.find("$ref");
    return found && !found->references.empty() && found->mutability != mutability::read_only ? found
                                                                                             : nullptr;
}

std::optional<std::string> location_of(std::string_view id, const attribute& reference)
{
    for (const reference_target& target : reference.references)
        if (parse_prefixed(id, target.id_prefix))
            return ".." + target.endpoint + "/" + std::string(id);
    return std::nullopt;
}

// ".../Users/diruser_1", with or without anything before.
bool is_location(std::string_view text, const reference_target& target)
{
    const auto slash = text.rfind('/');
    if (slash == std::string_view::npos || !parse_prefixed(text.substr(slash + 1), target.id_prefix))
        return false;
    const auto endpoint = std::string_view(target.endpoint).substr(1);
    const auto before = text.substr(0, slash);
    return before == endpoint || before.ends_with(target.endpoint);
}

bool is_ours(std::string_view location, const attribute& reference)
{
    return std::ranges::any_of(reference.references, [location](const reference_target& target) {
        return is_location(location, target);
    });
}

bool has_reference_of_ours(const schema& definition, std::string_view location)
{
    return std::ranges::any_of(definition.attributes, [location](const attribute& each) {
        const attribute* const reference = reference_of(each);
        return reference && is_ours(location, *reference);
    });
}

bool has_reference_of_ours(const resource_type& type, std::string_view location)
{
    return has_reference_of_ours(*type.base, location) ||
           std::ranges::any_of(type.extensions, [location](const extension& each) {
               return has_reference_of_ours(*each.definition, location);
           });
}

std::string_view last_segment(std::string_view location)
{
    return location.substr(location.rfind('/') + 1);
}

// Whether it had to replace or drop what was given.
bool complete(json::object& element, const attribute& reference)
{
    const json::string* const value = find_string(element, "value");
    const json::string* const given = find_string(element, "$ref");
    if (given && !is_ours(*given, reference))
        return false;
    const auto location = value ? location_of(*value, reference) : std::nullopt;
    const bool is_other = given && (!location || last_segment(*given) != last_segment(*location));
    if (location)
        element["$ref"] = *location;
    else if (given)
        element.stable_erase(element.find("$ref"));
    return is_other;
}

// `extension` is `of`, unless that is the base schema.
void complete_all(json::object& holder, const schema& of, const schema* extension, ignored_names* ignored)
{
    for (const attribute& each : of.attributes) {
        const attribute* const reference = reference_of(each);
        json::value* const value = reference ? holder.if_contains(each.name) : nullptr;
        if (!value)
            continue;
        bool is_other = false;
        if (json::object* const one = value->if_object())
            is_other = complete(*one, *reference);
        if (json::array* const many = value->if_array())
            for (json::value& element : *many)
                if (json::object* const one = element.if_object())
                    is_other = complete(*one, *reference) || is_other;
        if (is_other && ignored)
            ignored->add(extension, each.name + "." + reference->name, ignored_reason::derived);
    }
}

}  // namespace

void complete_references(json::object& document, const resource_type& type, ignored_names* ignored)
{
    complete_all(document, *type.base, nullptr, ignored);
    for (const extension& each : type.extensions)
        if (json::value* const holder = document.if_contains(each.definition->urn);
            holder && holder->is_object())
            complete_all(holder->get_object(), *each.definition, each.definition, ignored);
}

bool is_derived_instead(const json::value& element, const attribute& target, const json::string* wanted)
{
    const attribute* const reference = reference_of(target);
    const json::object* const members = element.if_object();
    if (!reference)
        return false;
    const json::string* const kept = members ? find_string(*members, reference->name) : nullptr;
    if (!wanted)
        return kept && is_ours(*kept, *reference);
    return is_ours(*wanted, *reference) && !(kept && last_segment(*kept) == last_segment(*wanted));
}

void make_references_absolute(std::string& text, const resource_type& type, std::string_view base_url)
{
    constexpr std::string_view mark = R"($ref":"../)";  // in no value: its quotation marks would be escaped
    constexpr std::string_view dots = "..";
    std::string made;  // beside `text`, which would be moved as a whole with each reference
    std::size_t done = 0;
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size())) {
        const auto begin = at + mark.size() - dots.size() - 1;
        const auto location = std::string_view(text).substr(begin, text.find('"', begin) - begin);
        if (!has_reference_of_ours(type, location))
            continue;
        made.append(text, done, begin - done).append(base_url);
        done = begin + dots.size();
    }
    if (done > 0)
        text = std::move(made.append(text, done));
}

}  // namespace scimd::scim
