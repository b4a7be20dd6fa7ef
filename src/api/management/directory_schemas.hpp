// The member `schemas` of directories: the URNs of the optional schemas that the directory has, null for all.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/schema/catalogue_set.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scimd::api {

// The choice of a body's member; empty when the body does not name it. invalid_value: one of the URNs cannot
// be chosen; conflict: see catalogue_set::choose.
result<std::optional<scim::schema_choice>> read_schema_choice(
        const std::optional<std::optional<std::vector<std::string>>>& urns,
        const scim::catalogue_set& schemas);

json::value schemas_of(const scim::schema_choice& choice);

}  // namespace scimd::api
