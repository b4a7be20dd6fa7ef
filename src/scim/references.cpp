#include "scim/references.hpp"

#include "base/id.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::scim {

namespace {

// Returns the `$ref` of an attribute whose values point to resources of this server; nullptr for any other
// attribute.
const attribute* reference_of(const attribute& candidate) {
    if (!candidate.is_complex() || !candidate.find("value"))
        return nullptr;
    const attribute* const found = candidate.find("$ref");
    return found && !found->references.empty() && found->mutability != mutability::read_only ? found
                                                                                             : nullptr;
}

std::optional<std::string> location_of(std::string_view id, const attribute& reference) {
    for (const reference_target& target : reference.references)
        if (parse_prefixed(id, target.id_prefix))
            return ".." + target.endpoint + "/" + std::string(id);
    return std::nullopt;
}

// True for ".../Users/diruser_1" with any prefix.
bool is_location(std::string_view text, const reference_target& target) {
    const auto slash = text.rfind('/');
    if (slash == std::string_view::npos || !parse_prefixed(text.substr(slash + 1), target.id_prefix))
        return false;
    const auto endpoint = std::string_view(target.endpoint).substr(1);
    const auto before = text.substr(0, slash);
    return before == endpoint || before.ends_with(target.endpoint);
}

bool is_local(std::string_view location, const attribute& reference) {
    return std::ranges::any_of(reference.references,
            [location](const reference_target& target) { return is_location(location, target); });
}

bool has_local_reference(const schema& definition, std::string_view location) {
    return std::ranges::any_of(definition.attributes, [location](const attribute& each) {
        const attribute* const reference = reference_of(each);
        return reference && is_local(location, *reference);
    });
}

bool has_local_reference(const resource_type& type, std::string_view location) {
    return has_local_reference(*type.base, location) ||
           std::ranges::any_of(type.extensions, [location](const extension& each) {
               return has_local_reference(*each.definition, location);
           });
}

std::string_view last_segment(std::string_view location) {
    return location.substr(location.rfind('/') + 1);
}

// Sets the matching `$ref`. True if a given one was replaced or dropped.
bool complete(json::object& element, const attribute& reference) {
    const json::string* const value = find_string(element, "value");
    const json::string* const given = find_string(element, "$ref");
    if (given && !is_local(*given, reference))
        return false;
    const auto location = value ? location_of(*value, reference) : std::nullopt;
    const bool is_other = given && (!location || last_segment(*given) != last_segment(*location));
    if (location)
        element["$ref"] = *location;
    else if (given)
        element.stable_erase(element.find("$ref"));
    return is_other;
}

// `extension` is `of`, or nullptr for the base schema.
void complete_all(json::object& holder, const schema& of, const schema* extension, ignored_names* ignored) {
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

void complete_references(json::object& document, const resource_type& type, ignored_names* ignored) {
    complete_all(document, *type.base, nullptr, ignored);
    for (const extension& each : type.extensions)
        if (json::value* const holder = document.if_contains(each.definition->urn);
                holder && holder->is_object())
            complete_all(holder->get_object(), *each.definition, each.definition, ignored);
}

bool is_derived_instead(const json::value& element, const attribute& target, const json::string* wanted) {
    const attribute* const reference = reference_of(target);
    const json::object* const members = element.if_object();
    if (!reference)
        return false;
    const json::string* const kept = members ? find_string(*members, reference->name) : nullptr;
    if (!wanted)
        return kept && is_local(*kept, *reference);
    return is_local(*wanted, *reference) && !(kept && last_segment(*kept) == last_segment(*wanted));
}

void make_references_absolute(std::string& text, const resource_type& type, std::string_view base_url) {
    // Cannot occur in a value, where quotation marks are escaped.
    constexpr std::string_view mark = R"($ref":"../)";
    constexpr std::string_view dots = "..";
    std::string made;  // built separately, because each insertion into `text` would move its whole tail
    std::size_t done = 0;
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size())) {
        const auto begin = at + mark.size() - dots.size() - 1;
        const auto location = std::string_view(text).substr(begin, text.find('"', begin) - begin);
        if (!has_local_reference(type, location))
            continue;
        made.append(text, done, begin - done).append(base_url);
        done = begin + dots.size();
    }
    if (done > 0)
        text = std::move(made.append(text, done));
}

}  // namespace scimd::scim
