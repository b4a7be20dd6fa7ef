// Reads a directory out of a result, for the statements of tenants.cpp and credentials.cpp.
#pragma once

#include "store/engine/sql.hpp"
#include "store/tenants.hpp"

namespace scimd::store::tenants {

// The columns id, organization_id, name, provider, is_enabled, domain_policy, created_at, updated_at,
// last_sequence, schemas, scim_mode, unique_group_names, detected_provider, detected_by, detected_surely,
// detected_at, unknown_members, patch_status and domain_gate_scope in this order, the first of them at
// `first`.
directory read_directory(const sql::row& current, int first);

}  // namespace scimd::store::tenants
