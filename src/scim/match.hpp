// A filter held against a document (RFC 7644 §3.4.2.2). Pure.
#pragma once

#include "base/json.hpp"
#include "base/work_budget.hpp"
#include "scim/filter.hpp"

namespace scimd::scim {

// `document` is a whole resource in canonical form, with id, meta and what else the filter may name.
// Multi-valued attributes match when any value does; strings compare folded unless the attribute is
// caseExact; dateTimes compare as instants. An unassigned attribute equals nothing but null and differs (ne)
// from every value. Each text of the document is folded once at most; `work` is charged for every value that
// a term looks at.
bool matches(const filter& condition, const json::object& document, work_budget& work);

// One value of a multi-valued attribute (or a complex one) against a value filter.
bool matches_value(const filter& condition, const json::value& element, work_budget& work);

// The value of `where` in a document for sorting and single look-ups: of a multi-valued attribute its
// primary, else its first value (RFC 7644 §3.4.2.3). nullptr when unassigned.
const json::value* value_at(const path& where, const json::object& document);

}  // namespace scimd::scim
