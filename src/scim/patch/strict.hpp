// What strict directories refuse before anything is read: whatever the engine would otherwise interpret,
// coerce or pass over (docs/compatibility.md, "Strict directories"). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/filter/path.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim::strict {

// The body of a POST or PUT. invalid_value: `schemas` missing, incomplete, with a URN twice or of another
// type; a value not of its attribute's very type, or text not of its format. invalid_syntax: an attribute
// that no schema declares, or one that stands twice.
result<void> check_resource(const json::object& body, const resource_type& type, work_budget& work);

// A message of RFC 7644 that must say in `schemas` which it is; otherwise invalid_syntax. That it says
// another is for whoever reads it to find.
result<void> check_message(const json::object& body, std::string_view urn);

// The body of a PATCH, as far as the engine is lenient. invalid_syntax: no `schemas`, an unknown member of an
// operation, a value with remove, an unknown attribute in a value. mutability: a read-only attribute in a
// value without path. invalid_path: a path that is not in the notation of RFC 7644 §3.10. invalid_value as
// above.
result<void> check_patch(const json::object& body, const resource_type& type, work_budget& work);

// Whether `text` names the attribute as RFC 7644 §3.10 writes it: an extension's with the URN and a colon.
bool is_standard_notation(std::string_view text, const path& where, const resource_type& type);

}  // namespace scimd::scim::strict
