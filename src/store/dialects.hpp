// How a directory's clients are read, and which identity provider they have been recognized as.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <string_view>

namespace scimd::store::dialects {

// A setting of an existing directory, told by whoever manages it.
void set_mode(transaction& tx, directory_id where, tenants::scim_mode mode);

// Whether two groups may not have one displayName. Turned on, it holds for all groups at once: false, and
// nothing is written, when two have one name already.
bool set_unique_group_names(transaction& tx, directory_id where, bool are_unique);

void set_unknown_members(transaction& tx, directory_id where, tenants::unknown_members what);

// 200 or 204.
void set_patch_status(transaction& tx, directory_id where, int status);

// In place of what was recognized before.
void set_detected(transaction& tx, directory_id where, const tenants::detection& what);

}  // namespace scimd::store::dialects
