// The index of unique attribute values (RFC 7643 §2.2 "uniqueness") of custom schemas: one row for each
// value, unique in directory, type and attribute. Tables unique_values and unique_attributes.
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

// The first of the values that another resource than `self` has; nullptr when all are free.
const scim::unique_value* find_taken(transaction& tx, directory_id directory, std::string_view type,
        resource_id self, const std::vector<scim::unique_value>& values);

// Replaces the rows of a resource. No value may be taken. `type` is the resource type as this directory has
// it: rows of attributes that it lacks stay.
void replace(transaction& tx, directory_id directory, const scim::resource_type& type, resource_id self,
        const std::vector<scim::unique_value>& values);

// Adapts the rows to schemas that have changed since the last start; called before the first request. Fails
// with invalid_value when an attribute became unique and two resources share a value. Reads all resources of
// a type that got a unique attribute, otherwise nothing.
result<void> reconcile(database& store, const scim::catalogue& types);

}  // namespace scimd::store::unique_values
