// Execution order of the operations of a bulk request. Pure.
#pragma once

#include "scim/messages/bulk.hpp"

#include <cstddef>
#include <vector>

namespace scimd::scim {

// Operations that are executed together, by index, in order.
struct bulk_unit {
    std::vector<std::size_t> operations;
    bool is_circle = false;  // POSTs that refer to each other, or one that refers to itself
};

// Plans the execution in the order of the request, except that an operation waits for the creation of the
// resources to which it refers, and later operations on the same path wait with it (RFC 7644 §3.7: the
// client's intent is preserved). Every operation is in exactly one unit.
std::vector<bulk_unit> plan_bulk(const bulk_request& request);

}  // namespace scimd::scim
