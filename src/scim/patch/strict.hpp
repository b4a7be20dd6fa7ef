// Strict mode: refuses everything that the engine would otherwise interpret, coerce or ignore, before a body
// is read (docs/compatibility.md, "Strict directories"). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/filter/path.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim::strict {

// Checks the body of a POST or PUT. invalid_value: `schemas` missing, incomplete, with a duplicate URN or one
// of another type; a value that does not have exactly its attribute's type, or text that does not have its
// format. invalid_syntax: an attribute that no schema declares, or a duplicate.
result<void> check_resource(const json::object& body, const resource_type& type, work_budget& work);

// Requires a message to list its URN in `schemas`; otherwise invalid_syntax. Another URN there is left to the
// code that reads the message.
result<void> check_message(const json::object& body, std::string_view urn);

// Checks the body of a PATCH, as far as the engine is lenient. invalid_syntax: no `schemas`, an unknown
// member of an operation, a value with remove, an unknown attribute in a value. mutability: a read-only
// attribute in a value without path. invalid_path: a path that is not in the notation of RFC 7644 §3.10.
// invalid_value as above.
result<void> check_patch(const json::object& body, const resource_type& type, work_budget& work);

}  // namespace scimd::scim::strict
