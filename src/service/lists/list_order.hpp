// The order of resources in a list, possibly of several types: by sort key, then by type, then by id, each in
// the direction of the list. Pure.
#pragma once

#include "base/id.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace scimd::service {

// Longer texts are ordered by their first bytes, so that a position in a list has a bounded size.
constexpr std::size_t sort_text_bytes_max = 1'024;

using sort_key = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

// The position of a resource in a list. A value type.
struct list_place {
    sort_key key{};        // monostate: no value, or an unsorted list
    std::size_t rank = 0;  // of the type, in the order of the catalogue
    resource_id id;

    friend bool operator==(const list_place&, const list_place&) = default;
};

// RFC 7644 §3.4.2.3: resources without a value come last in ascending and first in descending order.
bool sorts_before(const list_place& a, const list_place& b, bool is_descending);

// The key that orders values as the RFC requires: text ignoring case unless caseExact, dates as instants,
// numbers and booleans by value. nullptr: unassigned.
sort_key key_of(const json::value* value, const scim::attribute& attribute, work_budget& work);

}  // namespace scimd::service
