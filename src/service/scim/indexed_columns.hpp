// What of a document is kept in columns and rows of its own, so that equality is an index look-up. Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/schema.hpp"
#include "service/auth/caller.hpp"
#include "store/resources.hpp"

namespace scimd::service {

// A group's displayName is a unique key where the caller's directory wants it so.
store::resources::index_columns columns_of(
    const caller& who, const scim::resource_type& type, const json::object& document
);

}  // namespace scimd::service
