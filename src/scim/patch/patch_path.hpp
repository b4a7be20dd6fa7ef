// Parser for the path of a PATCH operation (RFC 7644 §3.5.2: PATH = attrPath / valuePath [subAttr]). Pure.
#pragma once

#include "base/error.hpp"
#include "base/work_budget.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/patch/patch.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim {

// Errors: invalid_path or, between the brackets, invalid_filter. The URN of a schema alone is not a target.
result<patch_target> parse_target(
        std::string_view text, const resource_type& type, conformance_mode mode, work_budget& work);

// True if a path that cannot be parsed is well-formed (RFC 7644 §3.5.2) and names an attribute or
// sub-attribute that does not exist: such a path comes from a customer's own mapping and must not make the
// other operations fail. False for members of a group, where a filter decides who is removed.
bool names_unknown_attribute(std::string_view text, const resource_type& type, work_budget& work);

}  // namespace scimd::scim
