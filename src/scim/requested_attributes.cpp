#include "scim/requested_attributes.hpp"

#include <algorithm>

namespace scimd::scim {

namespace {

bool is_on_request(const attribute& candidate) {
    return candidate.returned == returned::on_request;
}

void record(std::vector<path>& found, const path& target) {
    if (std::find(found.begin(), found.end(), target) == found.end())
        found.push_back(target);
}

// Records the sub-attributes of a complex value, or of each element of a list.
void record_sub_attributes(std::vector<path>& found, const path& whole, const json::value& value) {
    if (const json::array* const elements = value.if_array()) {
        for (const json::value& each : *elements)
            record_sub_attributes(found, whole, each);
        return;
    }
    const json::object* const members = value.if_object();
    if (!members)
        return;
    for (const attribute& sub : whole.attribute->sub_attributes) {
        path part = whole;
        part.sub_attribute = &sub;
        if (is_on_request(sub) && find(*members, sub.name))
            record(found, part);
    }
}

void record_value(std::vector<path>& found, const path& target, const json::value& value) {
    if (is_on_request(*target.attribute))
        record(found, {.extension = target.extension, .attribute = target.attribute});
    if (target.sub_attribute && is_on_request(*target.sub_attribute))
        record(found, target);
    else if (!target.sub_attribute)
        record_sub_attributes(found, target, value);
}

void record_all(
        std::vector<path>& found, const schema* extension, const schema& of, const json::object& holder) {
    for (const attribute& each : of.attributes)
        if (const json::value* const value = find(holder, each.name))
            record_value(found, {.extension = extension, .attribute = &each}, *value);
}

}  // namespace

std::vector<path> requested_on_demand(const json::object& document, const resource_type& type) {
    std::vector<path> found;
    record_all(found, nullptr, *type.base, document);
    for (const extension& each : type.extensions)
        if (const json::object* const holder = find_object(document, each.definition->urn))
            record_all(found, each.definition, *each.definition, *holder);
    return found;
}

std::vector<path> requested_on_demand(const patch& change) {
    std::vector<path> found;
    for (const patch_operation& each : change.operations)
        if (each.target.attribute.attribute)
            record_value(found, each.target.attribute, each.value);
    return found;
}

}  // namespace scimd::scim
