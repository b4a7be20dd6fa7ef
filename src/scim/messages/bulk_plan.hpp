// In which order the operations of a bulk request are done. Pure.
#pragma once

#include "scim/messages/bulk.hpp"

#include <cstddef>
#include <vector>

namespace scimd::scim {

// Operations that are done together, by their indexes, in order.
struct bulk_unit {
    std::vector<std::size_t> operations;
    bool is_circle = false;  // POSTs that refer to each other, or one to itself
};

// In the request's order, but that an operation waits for the creation of what it refers to, and with it the
// later ones on the same path (RFC 7644 §3.7: the client's intent is preserved). Every operation stands in
// exactly one unit.
std::vector<bulk_unit> plan_bulk(const bulk_request& request);

}  // namespace scimd::scim
