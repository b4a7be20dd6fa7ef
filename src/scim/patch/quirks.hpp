// Quirks of identity providers: deviations from the RFC, rewritten into standard operations before the engine
// sees them.
//
// Each quirk is a function that names the provider and where it was seen, with a row in
// docs/compatibility.md, a dialogue in conformance/idp/ and a test. Pure.
#pragma once

#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

namespace scimd::scim::quirks {

// Applies all quirks for a resource in POST and PUT, in order.
json::object rewrite_resource(json::object body, const resource_type& type, work_budget& work);

// Applies all quirks for a PATCH, in order.
json::object rewrite_patch(json::object body, const resource_type& type, work_budget& work);

}  // namespace scimd::scim::quirks
