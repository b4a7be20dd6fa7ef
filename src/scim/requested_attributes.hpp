// Attributes "returned" on request that a client has written: the response to its POST, PUT or PATCH contains
// them (RFC 7643 §7). Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/filter/path.hpp"
#include "scim/patch/patch.hpp"
#include "scim/schema/schema.hpp"

#include <vector>

namespace scimd::scim {

// Collects them from the document of a POST or PUT.
std::vector<path> requested_on_demand(const json::object& document, const resource_type& type);

// Collects them from a PATCH.
std::vector<path> requested_on_demand(const patch& change);

}  // namespace scimd::scim
