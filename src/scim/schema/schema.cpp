#include "scim/schema/schema.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace scimd::scim {

namespace {

template <class Named>
auto find_named(const Named& rows, std::string_view name) noexcept -> decltype(&*rows.begin()) {
    const auto found = std::find_if(rows.begin(), rows.end(),
            [name](const auto& row) { return equals_ignoring_case(row.name, name); });
    return found == rows.end() ? nullptr : &*found;
}

// Makes a sub-attribute of meta: all are read-only and caseExact (RFC 7643 §3.1).
attribute meta_attribute(std::string name, attribute_type type, std::string description) {
    return {
            .name = std::move(name),
            .type = type,
            .is_case_exact = true,
            .mutability = mutability::read_only,
            .description = std::move(description),
    };
}

attribute describe_meta() {
    using enum attribute_type;
    attribute meta = meta_attribute("meta", complex, "What the server records of a resource.");
    meta.is_case_exact = false;
    meta.sub_attributes = {
            meta_attribute("resourceType", string, "The name of the resource's type."),
            meta_attribute("created", date_time, "When the resource was created."),
            meta_attribute("lastModified", date_time, "When the resource last changed."),
            meta_attribute("location", reference, "Where the resource is found."),
            meta_attribute("version", string, "The resource's entity tag."),
    };
    return meta;
}

std::vector<attribute> describe_common() {
    return {
            // The first parts of a URN are case-insensitive (RFC 8141 §3.1).
            {.name = "schemas",
                    .type = attribute_type::reference,
                    .is_multi_valued = true,
                    .is_required = true,
                    .returned = returned::always,
                    .reference_types = {"uri"},
                    .description = "The schemas whose attributes the resource has."},
            {.name = "id",
                    .is_case_exact = true,
                    .mutability = mutability::read_only,
                    .returned = returned::always,
                    .uniqueness = uniqueness::server,
                    .description = "The server's identifier of the resource."},
            {.name = "externalId",
                    .is_case_exact = true,
                    .description = "The client's identifier of the resource."},
            describe_meta(),
    };
}

}  // namespace

const attribute* attribute::find(std::string_view sub_attribute) const noexcept {
    return find_named(sub_attributes, sub_attribute);
}

const attribute* schema::find(std::string_view wanted) const noexcept {
    return find_named(attributes, wanted);
}

const schema* resource_type::find_schema(std::string_view urn) const noexcept {
    if (equals_ignoring_case(base->urn, urn))
        return base;
    for (const extension& each : extensions)
        if (equals_ignoring_case(each.definition->urn, urn))
            return each.definition;
    return nullptr;
}

const std::vector<attribute>& common_attributes() {
    static const std::vector<attribute> rows = describe_common();
    return rows;
}

const attribute* find_common(std::string_view name) noexcept {
    return find_named(common_attributes(), name);
}

catalogue::catalogue(std::deque<schema> schemas, std::deque<resource_type> types)
        : owned_(std::move(schemas)), types_(std::move(types)) {
    for (const schema& each : owned_)
        schemas_.push_back(&each);
}

const schema* catalogue::find_schema(std::string_view urn) const noexcept {
    const auto found = std::find_if(schemas_.begin(), schemas_.end(),
            [urn](const schema* each) { return equals_ignoring_case(each->urn, urn); });
    return found == schemas_.end() ? nullptr : *found;
}

const resource_type* catalogue::find_type(std::string_view name) const noexcept {
    return find_named(types_, name);
}

const resource_type* catalogue::find_endpoint(std::string_view segment) const noexcept {
    const auto found = std::find_if(types_.begin(), types_.end(), [segment](const resource_type& each) {
        return equals_ignoring_case(std::string_view(each.endpoint).substr(1), segment);
    });
    return found == types_.end() ? nullptr : &*found;
}

std::vector<const schema*> catalogue::choices() const {
    std::vector<const schema*> found;
    for (const schema* const each : schemas_) {
        const bool is_optional = std::any_of(types_.begin(), types_.end(), [each](const resource_type& type) {
            const bool is_base_of_custom = !type.is_built_in && type.base == each;
            return is_base_of_custom || (type.base != each && type.find_schema(each->urn));
        });
        const bool is_base_of_built_in = std::any_of(types_.begin(), types_.end(),
                [each](const resource_type& type) { return type.is_built_in && type.base == each; });
        if (is_optional && !is_base_of_built_in)
            found.push_back(each);
    }
    return found;
}

catalogue catalogue::subset(std::span<const schema* const> chosen) const {
    const auto is_chosen = [chosen](const schema* each) {
        return std::find(chosen.begin(), chosen.end(), each) != chosen.end();
    };
    catalogue made;
    for (const resource_type& each : types_) {
        if (!each.is_built_in && !each.base->is_built_in && !is_chosen(each.base))
            continue;
        resource_type& kept = made.types_.emplace_back(each);
        std::erase_if(kept.extensions, [&](const extension& one) { return !is_chosen(one.definition); });
    }
    for (const schema* const each : schemas_) {
        const bool is_used = std::any_of(made.types_.begin(), made.types_.end(),
                [each](const resource_type& type) { return type.find_schema(each->urn); });
        if (is_used)
            made.schemas_.push_back(each);
    }
    return made;
}

}  // namespace scimd::scim
