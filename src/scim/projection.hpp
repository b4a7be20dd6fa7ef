// Which attributes of a resource are returned (RFC 7643 §7 "returned", RFC 7644 §3.9). Pure.
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

// emails[type eq "work"]: of a list only the values that meet the filter. Of a group's members all are shown.
struct chosen_values {
    path attribute;
    filter where;
    friend bool operator==(const chosen_values&, const chosen_values&) = default;
};

struct projection {
    bool is_nothing = false;  // the resource is not returned at all: whatever else stands here
    // Empty and not `is_listed`: the default set. Listed: only these (and the always-returned).
    bool is_listed = false;
    std::vector<path> attributes;
    std::vector<const schema*> whole_schemas;  // attributes=urn:…:enterprise:2.0:User
    std::vector<path> excluded;
    std::vector<const schema*> excluded_schemas;
    std::vector<chosen_values> chosen{};      // listed, beside `attributes`
    std::vector<chosen_values> not_chosen{};  // excluded, beside `excluded`
    std::vector<path> requested{};  // of those returned on request, by this very request (written.hpp)

    [[nodiscard]] bool is_default() const noexcept
    {
        return !is_nothing && !is_listed && excluded.empty() && excluded_schemas.empty() &&
               not_chosen.empty() && requested.empty();
    }

    // Whether an attribute (by canonical name, of the base schema or common) can appear at all, so that
    // derived ones (members, groups) are not even read when they cannot.
    [[nodiscard]] bool wants(const attribute& candidate) const noexcept;

    // The same of one of its sub-attributes.
    [[nodiscard]] bool wants(const attribute& candidate, const attribute& sub_attribute) const;
};

// From the query parameters' texts (comma-separated); unknown names are ignored (RFC 7644 §3.9 asks for no
// error). Both given: attributes less excludedAttributes.
projection parse_projection(
    std::string_view attributes, std::string_view excluded, const resource_type& type
);

// Removes from a full resource what is not to be returned; keeps the order of names.
void project(
    json::object& resource,
    const projection& wanted,
    const resource_type& type,
    work_budget& work = unlimited_work()
);

}  // namespace scimd::scim
