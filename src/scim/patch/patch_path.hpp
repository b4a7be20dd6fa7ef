// The path of a PATCH operation (RFC 7644 §3.5.2: PATH = attrPath / valuePath [subAttr]). Pure.
#pragma once

#include "base/error.hpp"
#include "base/work_budget.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/patch/patch.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim {

// invalid_path or, for what stands in brackets, invalid_filter. A schema's URN alone is no target.
result<patch_target> parse_target(
    std::string_view text, const resource_type& type, conformance_mode mode, work_budget& work
);

// Whether a path that cannot be parsed is written as RFC 7644 §3.5.2 has it and names an attribute, or a
// sub-attribute, that there is not: a customer's own mapping, which no other operation has to suffer from.
// Not of the members of a group, where a filter says who goes.
bool names_unknown_attribute(std::string_view text, const resource_type& type, work_budget& work);

}  // namespace scimd::scim
