#include "scim/projection.hpp"

#include "base/text.hpp"
#include "scim/filter/match.hpp"
#include "scim/filter/quotation.hpp"
#include "scim/patch/patch_path.hpp"
#include "scim/schema/legacy_names.hpp"

#include <algorithm>
#include <utility>

namespace scimd::scim {

namespace {

template <class T>
bool contains(const std::vector<T>& rows, const T& wanted) {
    return std::find(rows.begin(), rows.end(), wanted) != rows.end();
}

// Splits names at commas, except at commas in the brackets of a filter.
std::vector<std::string_view> split_names(std::string_view text) {
    std::vector<std::string_view> names;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[') {
            i = closing_bracket(text, i);
            if (i == std::string_view::npos)
                break;
        } else if (text[i] == ',') {
            names.push_back(trim(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    names.push_back(trim(text.substr(begin)));
    return names;
}

// Limit of filters in a list of names.
constexpr std::size_t chosen_max = 16;

struct named_attributes {
    std::vector<path>& attributes;
    std::vector<chosen_values>& chosen;
    std::vector<const schema*>& schemas;
};

void read_chosen(std::string_view name, const resource_type& type, std::vector<chosen_values>& chosen) {
    auto found = parse_target(name, type, conformance_mode::compat, unlimited_work());
    if (!found || !found->where || chosen.size() == chosen_max)
        return;
    chosen_values one{found->attribute, std::move(*found->where)};
    if (!contains(chosen, one))
        chosen.push_back(std::move(one));
}

// Resolves names. A client may name an attribute a thousand times; each is kept once, so that lists stay as
// short as the schemas.
void read_names(std::string_view names, const resource_type& type, named_attributes into) {
    for (const std::string_view name : split_names(names)) {
        const auto renamed = standard_name(name, type);
        if (const schema* const whole = type.find_schema(renamed ? *renamed : name)) {
            if (!contains(into.schemas, whole))
                into.schemas.push_back(whole);
            continue;
        }
        if (name.find('[') != std::string_view::npos) {
            read_chosen(name, type, into.chosen);
            continue;
        }
        const auto found = parse_path(name, type);
        if (found && !contains(into.attributes, *found))
            into.attributes.push_back(*found);
    }
}

// The decision on one attribute: whether it is returned, and with which sub-attributes.
struct selection {
    bool is_kept = false;
    bool takes_defaults = true;  // includes the sub-attributes returned by default
    std::vector<const attribute*> listed;
    std::vector<const attribute*> excluded;
};

// True if a listed path is about the candidate: an attribute of the base schema or a common one (`extension`
// is nullptr), or of an extension. Attributes are compared by name, so that callers may pass a definition of
// their own.
bool is_about(const path& listed, const schema* extension, const attribute& candidate) {
    return listed.extension == extension && listed.attribute->name == candidate.name;
}

bool is_of(const schema* whole, const schema* extension, const attribute& candidate) {
    return extension ? whole == extension : whole->find(candidate.name) == &candidate;
}

bool is_of_any(
        const std::vector<const schema*>& schemas, const schema* extension, const attribute& candidate) {
    return std::any_of(schemas.begin(), schemas.end(),
            [&](const schema* whole) { return is_of(whole, extension, candidate); });
}

selection select_listed(const projection& wanted, const schema* extension, const attribute& candidate) {
    selection made{.is_kept = false, .takes_defaults = false, .listed = {}, .excluded = {}};
    const auto take = [&](const path& listed) {
        if (!is_about(listed, extension, candidate))
            return;
        made.is_kept = true;
        if (listed.sub_attribute)
            made.listed.push_back(listed.sub_attribute);
        else
            made.takes_defaults = true;
    };
    for (const path& listed : wanted.attributes)
        take(listed);
    for (const chosen_values& each : wanted.chosen)
        take(each.attribute);
    // The name of a schema selects the attributes that it returns by default.
    if (candidate.returned == returned::by_default && is_of_any(wanted.whole_schemas, extension, candidate))
        made.is_kept = made.takes_defaults = true;
    return made;
}

selection select_default(const projection& wanted, const schema* extension, const attribute& candidate) {
    selection made;
    made.is_kept = candidate.returned == returned::by_default;
    for (const path& written : wanted.requested) {
        if (!is_about(written, extension, candidate))
            continue;
        if (written.sub_attribute)
            made.listed.push_back(written.sub_attribute);
        else
            made.is_kept = true;
    }
    return made;
}

void exclude(selection& made, const projection& wanted, const schema* extension, const attribute& candidate) {
    if (is_of_any(wanted.excluded_schemas, extension, candidate))
        made.is_kept = false;
    for (const path& excluded : wanted.excluded) {
        if (!is_about(excluded, extension, candidate))
            continue;
        if (excluded.sub_attribute)
            made.excluded.push_back(excluded.sub_attribute);
        else
            made.is_kept = false;
    }
}

// Selects by RFC 7643 §7 "returned" and RFC 7644 §3.9.
selection select(const projection& wanted, const schema* extension, const attribute& candidate) {
    selection made;
    if (candidate.returned == returned::never)
        return made;
    made = wanted.is_listed ? select_listed(wanted, extension, candidate)
                            : select_default(wanted, extension, candidate);
    exclude(made, wanted, extension, candidate);
    if (candidate.returned == returned::always && !made.is_kept)
        made = {.is_kept = true, .takes_defaults = true, .listed = {}, .excluded = {}};
    return made;
}

bool keeps_sub_attribute(const selection& made, const attribute& sub_attribute) {
    if (sub_attribute.returned == returned::never)
        return false;
    if (sub_attribute.returned == returned::always)
        return true;
    if (contains(made.excluded, &sub_attribute))
        return false;
    if (contains(made.listed, &sub_attribute))
        return true;
    return made.takes_defaults && sub_attribute.returned == returned::by_default;
}

// Rebuilds an object from the members for which `keep` returns true; `keep` may change them.
template <class Keep>
void filter_members(json::object& object, Keep keep) {
    json::object kept(object.storage());
    kept.reserve(object.size());
    for (auto& member : object)
        if (keep(std::string_view(member.key()), member.value()))
            kept.emplace(member.key(), std::move(member.value()));
    object = std::move(kept);
}

bool is_empty_object(const json::value& value) {
    return value.is_object() && value.get_object().empty();
}

void project_element(json::value& element, const selection& made, const attribute& definition) {
    json::object* const members = element.if_object();
    if (!members)
        return;
    filter_members(*members, [&](std::string_view name, json::value&) {
        const attribute* const sub_attribute = definition.find(name);
        return sub_attribute && keeps_sub_attribute(made, *sub_attribute);
    });
}

// Projects a complex value; false when nothing is left of it.
bool project_sub_attributes(json::value& value, const selection& made, const attribute& definition) {
    json::array* const elements = value.if_array();
    if (!elements) {
        project_element(value, made, definition);
        return !is_empty_object(value);
    }
    if (elements->empty())
        return true;  // an empty list is meant to be returned
    for (json::value& element : *elements)
        project_element(element, made, definition);
    elements->erase(std::remove_if(elements->begin(), elements->end(), is_empty_object), elements->end());
    return !elements->empty();
}

bool meets_any(const json::value& element, const std::vector<const filter*>& conditions, work_budget& work) {
    return std::any_of(conditions.begin(), conditions.end(),
            [&](const filter* each) { return matches_value(*each, element, work); });
}

std::vector<const filter*> conditions_on(
        const std::vector<chosen_values>& chosen, const schema* extension, const attribute& candidate) {
    std::vector<const filter*> found;
    for (const chosen_values& each : chosen)
        if (is_about(each.attribute, extension, candidate))
            found.push_back(&each.where);
    return found;
}

// Keeps the wanted values of a list; false when none is left.
bool choose_values(json::value& value, const projection& wanted, const schema* extension,
        const attribute& definition, work_budget& work) {
    auto listed = conditions_on(wanted.chosen, extension, definition);
    const bool is_listed_whole = std::ranges::any_of(
            wanted.attributes, [&](const path& each) { return is_about(each, extension, definition); });
    if (is_listed_whole)
        listed.clear();
    const auto excluded = conditions_on(wanted.not_chosen, extension, definition);
    if (listed.empty() && excluded.empty())
        return true;
    const auto is_unwanted = [&](const json::value& element) {
        return (!listed.empty() && !meets_any(element, listed, work)) || meets_any(element, excluded, work);
    };
    json::array* const elements = value.if_array();
    if (!elements)
        return !is_unwanted(value);
    elements->erase(std::remove_if(elements->begin(), elements->end(), is_unwanted), elements->end());
    return !elements->empty();
}

bool project_attribute(json::value& value, const projection& wanted, const schema* extension,
        const attribute* definition, work_budget& work) {
    if (!definition)
        return false;
    const selection made = select(wanted, extension, *definition);
    if (!made.is_kept)
        return false;
    if (definition->returned != returned::always &&
            !choose_values(value, wanted, extension, *definition, work))
        return false;
    return !definition->is_complex() || project_sub_attributes(value, made, *definition);
}

bool project_extension(
        json::value& value, const projection& wanted, const schema& extension, work_budget& work) {
    json::object* const members = value.if_object();
    if (!members)
        return false;
    filter_members(*members, [&](std::string_view name, json::value& member) {
        return project_attribute(member, wanted, &extension, extension.find(name), work);
    });
    return !members->empty();
}

const attribute* find_base_or_common(const resource_type& type, std::string_view name) {
    const attribute* const own = type.base->find(name);
    return own ? own : find_common(name);
}

}  // namespace

bool projection::wants(const attribute& candidate) const noexcept {
    return !is_nothing && select(*this, nullptr, candidate).is_kept;
}

bool projection::wants(const attribute& candidate, const attribute& sub_attribute) const {
    const auto made = select(*this, nullptr, candidate);
    return made.is_kept && keeps_sub_attribute(made, sub_attribute);
}

projection parse_projection(
        std::string_view attributes, std::string_view excluded, const resource_type& type) {
    projection made;
    made.is_listed = !trim(attributes).empty();
    read_names(attributes, type, {made.attributes, made.chosen, made.whole_schemas});
    read_names(excluded, type, {made.excluded, made.not_chosen, made.excluded_schemas});
    // A sub-attribute of only some values cannot be excluded.
    std::erase_if(made.not_chosen, [](const chosen_values& each) { return each.attribute.sub_attribute; });
    return made;
}

void project(json::object& resource, const projection& wanted, const resource_type& type, work_budget& work) {
    filter_members(resource, [&](std::string_view name, json::value& value) {
        if (const schema* const extension = type.find_schema(name))
            return project_extension(value, wanted, *extension, work);
        return project_attribute(value, wanted, nullptr, find_base_or_common(type, name), work);
    });
}

}  // namespace scimd::scim
