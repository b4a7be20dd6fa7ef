// Role assignments and attribute mappings in the JSON of a directory.
#pragma once

#include "base/id.hpp"
#include "base/json/json.hpp"
#include "store/engine/transaction.hpp"

namespace scimd::api {

json::object role_assignments_json(store::transaction& tx, directory_id of);
json::object attribute_mappings_json(store::transaction& tx, directory_id of);

}  // namespace scimd::api
