// Projection: which attributes of a resource are returned (RFC 7643 §7 "returned", RFC 7644 §3.9: attributes
// and excludedAttributes). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/filter/filter.hpp"
#include "scim/filter/path.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>
#include <vector>

namespace scimd::scim {

// An attribute with a value filter, as in emails[type eq "work"]: only the values that match are returned.
// Members of a group are always returned together.
struct chosen_values {
    path attribute;
    filter where;
    friend bool operator==(const chosen_values&, const chosen_values&) = default;
};

// The attributes that a request asks for.
struct projection {
    bool is_nothing = false;  // the resource is not returned at all; overrides everything else
    // False and nothing excluded: the default set. True: only the listed attributes and those always
    // returned.
    bool is_listed = false;
    std::vector<path> attributes;
    std::vector<const schema*> whole_schemas;  // attributes=urn:…:enterprise:2.0:User
    std::vector<path> excluded;
    std::vector<const schema*> excluded_schemas;
    std::vector<chosen_values> chosen{};      // listed, in addition to `attributes`
    std::vector<chosen_values> not_chosen{};  // excluded, in addition to `excluded`
    // Of the attributes returned on request, those that this request has written (requested_attributes.hpp).
    std::vector<path> requested{};

    [[nodiscard]] bool is_default() const noexcept {
        return !is_nothing && !is_listed && excluded.empty() && excluded_schemas.empty() &&
               not_chosen.empty() && requested.empty();
    }

    // True if the attribute (of the base schema, or common) can be returned at all. Derived attributes
    // (members, groups) are not even read when they cannot.
    [[nodiscard]] bool wants(const attribute& candidate) const noexcept;

    // True if the sub-attribute can be returned at all.
    [[nodiscard]] bool wants(const attribute& candidate, const attribute& sub_attribute) const;
};

// Parses the comma-separated query parameters; unknown names are ignored (RFC 7644 §3.9 requires no error).
// When both are given, the result is attributes minus excludedAttributes.
projection parse_projection(
        std::string_view attributes, std::string_view excluded, const resource_type& type);

// Removes from a complete resource what must not be returned; keeps the order of names.
void project(json::object& resource, const projection& wanted, const resource_type& type,
        work_budget& work = unlimited_work());

}  // namespace scimd::scim
