// The attributes of a document that are copied into indexed columns, so that equality is an index look-up.
// Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/schema.hpp"
#include "service/auth/caller.hpp"
#include "store/resources.hpp"

namespace scimd::service {

// A group's displayName is a unique key in directories with unique group names.
store::resources::index_columns columns_of(
        const caller& caller, const scim::resource_type& type, const json::object& document);

}  // namespace scimd::service
