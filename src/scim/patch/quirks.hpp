// What identity providers send beyond the RFC, rewritten into standard operations before the engine sees it.
//
// One function an oddity, each with the provider's name and where it is seen; each has a row in
// docs/compatibility.md, a dialogue in conformance/idp/ and a test. Pure.
#pragma once

#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

namespace scimd::scim::quirks {

// All that apply to a resource body of POST and PUT, in order.
json::object rewrite_resource(json::object body, const resource_type& type, work_budget& work);

// All that apply to a PATCH body, in order.
json::object rewrite_patch(json::object body, const resource_type& type, work_budget& work);

}  // namespace scimd::scim::quirks
