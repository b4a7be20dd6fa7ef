// "bulkId:x" in the operations of a bulk request: where it stands, and the id in its place (RFC 7644 §3.7.2).
// Pure.
//
// A reference is a string that is "bulkId:x" as a whole, wherever it stands in an operation's data; the last
// segment of a `$ref`; and a quoted literal in the `path` of a PATCH operation.
#pragma once

#include "scim/messages/bulk.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

// "x" of "bulkId:x"; empty when it is no reference.
std::string_view reference_in_id(std::string_view id) noexcept;

// The bulkIds that the operation's id and data name, each once, in order.
std::vector<std::string> references_of(const bulk_demand& demand);

// The id of the resource that was created with a bulkId; empty while there is none.
using bulk_lookup = std::function<std::optional<std::string>(const std::string& bulk_id)>;

// The operation's data with ids for references. One that has no id yet is left out with what it identifies:
// the element of a list or the complex value whose `value` it is.
json::object resolve_references(const bulk_demand& demand, const bulk_lookup& id_of);

}  // namespace scimd::scim
