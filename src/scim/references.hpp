// Complex values that point at a resource by `value` and `$ref`, as a user's manager does (RFC 7643 §2.4,
// §4.3). The resource need not exist, yet or any more. Pure.
#pragma once

#include "base/json.hpp"
#include "scim/schema.hpp"

namespace scimd::scim {

// Gives each such value whose `value` is an id of ours the `$ref` that goes with it, relative to the resource
// ("../Users/diruser_1"), unless the client has one of its own; one of ours that goes with another value is
// taken away.
void complete_references(json::object& document, const resource_type& type);

}  // namespace scimd::scim
