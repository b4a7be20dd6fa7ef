// Values of attributes that are unique in a directory and type, one row each: the index behind RFC 7643's
// "uniqueness" for whatever attributes the schemas say.
#pragma once

#include "base/error.hpp"
#include "base/id.hpp"
#include "scim/schema/schema.hpp"
#include "scim/unique.hpp"
#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

#include <string_view>
#include <vector>

namespace scimd::store::unique_values {

// The first of the values that a resource other than `self` has; nullptr: none is taken.
const scim::unique_value* find_taken(
    transaction& tx,
    directory_id directory,
    std::string_view type,
    resource_id self,
    const std::vector<scim::unique_value>& values
);

// The rows of a resource, of the attributes that its type has in this directory, become these. None may be
// taken. (Rows of schemas that the directory does not have stay.)
void replace(
    transaction& tx,
    directory_id directory,
    const scim::resource_type& type,
    resource_id self,
    const std::vector<scim::unique_value>& values
);

// Before the first request: makes the rows follow the schemas where these have changed since the last start.
// invalid_value: an attribute is said to be unique, and two resources have one value of it. Walks the
// resources of a type when it gets a unique attribute; nothing otherwise.
result<void> reconcile(database& store, const scim::catalogue& types);

}  // namespace scimd::store::unique_values
