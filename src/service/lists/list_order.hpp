// Where resources of several types stand in a list: by what they are sorted by, then by type, then by id,
// each in the direction of the list. Pure.
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

// Longer texts are ordered by their beginning, so that a place in a list has a bounded length.
constexpr std::size_t sort_text_bytes_max = 1'024;

using sort_key = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct list_place {
    sort_key key{};        // nothing: without a value, or a list that is not sorted
    std::size_t rank = 0;  // of the type, in the order of the catalogue
    resource_id id;

    friend bool operator==(const list_place&, const list_place&) = default;
};

// RFC 7644 §3.4.2.3: without a value comes last when ascending and first when descending.
bool sorts_before(const list_place& a, const list_place& b, bool is_descending);

// Orders as the RFC asks: text folded unless caseExact, numbers and booleans as such, instants as instants.
// nullptr: unassigned.
sort_key key_of(const json::value* value, const scim::attribute& attribute, work_budget& work);

}  // namespace scimd::service
