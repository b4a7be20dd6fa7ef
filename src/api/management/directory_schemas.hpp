// The member `schemas` of directories in the management API: the URNs of the optional schemas that the
// directory has, null for all.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/schema/catalogue_set.hpp"

#include <optional>

namespace scimd::api {

// What a body says of it; empty when it does not name it. invalid_value: no list of URNs, or one that cannot
// be chosen; conflict: see catalogue_set::choose.
result<std::optional<scim::schema_choice>> read_schema_choice(
    const json::object& body, const scim::catalogue_set& schemas
);

json::value schemas_of(const scim::schema_choice& choice);

}  // namespace scimd::api
