// What a resource shows of other rows: a group its members, a user its groups. They are read one after the
// other, because there may be more of them than fit in memory.
#pragma once

#include "base/id.hpp"
#include "base/json/json.hpp"
#include "scim/filter/filter.hpp"
#include "scim/schema/schema.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <functional>

namespace scimd::service {

// nullptr: resources of the type show nothing of other rows.
const scim::attribute* derived_attribute_of(const scim::resource_type& type);

// The values of that attribute in the order in which they are shown; `each` false stops.
void each_derived_value(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    resource_id id,
    const std::function<bool(json::object)>& each
);

// A filter held against a resource and what it shows of other rows. `document` is all of it but those.
bool matches_with_derived(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    resource_id id,
    const json::object& document,
    const scim::filter& condition
);

}  // namespace scimd::service
