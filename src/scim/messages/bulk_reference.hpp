// References by bulkId ("bulkId:x") in the operations of a bulk request: finding them and replacing them by
// ids (RFC 7644 §3.7.2). Pure.
//
// A reference is a string that consists of "bulkId:x", anywhere in the data of an operation; the last segment
// of a `$ref`; or a quoted literal in the `path` of a PATCH operation.
// segment of a `$ref`; and a quoted literal in the `path` of a PATCH operation.
#pragma once

#include "scim/messages/bulk_operation.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

// Returns "x" for "bulkId:x"; empty for anything else.
std::string_view reference_in_id(std::string_view id) noexcept;

// Returns the bulkIds in the operation's id and data, each once, in order.
std::vector<std::string> references_of(const bulk_demand& demand);

// Returns the id of the resource that was created with a bulkId; empty: it does not exist yet.
using bulk_lookup = std::function<std::optional<std::string>(const std::string& bulk_id)>;

// Returns the operation's data with references replaced by ids. A reference without an id yet is left out
// together with the list element or complex value of which it is the `value`.
json::object resolve_references(const bulk_demand& demand, const bulk_lookup& id_of);

}  // namespace scimd::scim
