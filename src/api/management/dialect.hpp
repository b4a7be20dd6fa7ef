// What a directory's representation and its changes say of its clients: how they are read, and who they are.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

namespace scimd::api {

// scim_mode, unique_group_names, unknown_members, patch_status, detected_provider and, when there is one,
// detected_provider_time and detected_provider_by.
void append_dialect(json::object& to, const store::tenants::directory& from);

// Sets those but what was detected as far as the body names them, in the store and in `of`.
// invalid_value: not of the enumeration, or no boolean; conflict: two groups of the directory have one name.
result<void> set_dialect(store::transaction& tx, store::tenants::directory& of, const json::object& body);

}  // namespace scimd::api
