// The path of a PATCH operation (RFC 7644 §3.5.2: PATH = attrPath / valuePath [subAttr]). Pure.
#pragma once

#include "base/error.hpp"
#include "base/work_budget.hpp"
#include "scim/leniency.hpp"
#include "scim/patch.hpp"
#include "scim/schema.hpp"

#include <string_view>

namespace scimd::scim {

// invalid_path or, for what stands in brackets, invalid_filter. A schema's URN alone is no target.
result<patch_target> parse_target(
    std::string_view text, const resource_type& type, leniency how, work_budget& work
);

}  // namespace scimd::scim
