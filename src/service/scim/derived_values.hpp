// Values that a resource shows but that are stored in other rows: the members of a group, the groups of a
// user. They are read one after the other, because there may be more of them than fit in memory.
// Thread contract: that of the transaction.
#pragma once

#include "base/id.hpp"
#include "base/json/json.hpp"
#include "scim/filter/filter.hpp"
#include "scim/schema/schema.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace scimd::service {

// The URI of a resource (RFC 7643 §3.1, meta.location). `id` is its text.
std::string location_of(const caller& caller, const scim::resource_type& type, std::string_view id);

// The attribute that is read from other rows; nullptr for a type without one.
const scim::attribute* derived_attribute_of(const scim::resource_type& type);

// Calls `visit` with each value of that attribute, in the order in which they are shown, until it returns
// false.
void for_each_derived_value(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        resource_id id, const std::function<bool(json::object)>& visit);

// Evaluates a filter on a resource with its derived values. `document` holds everything but those.
bool matches_with_derived(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        resource_id id, const json::object& document, const scim::filter& condition);

}  // namespace scimd::service
