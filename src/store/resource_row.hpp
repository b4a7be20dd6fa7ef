// How a statement's row becomes a resource.
#pragma once

#include "store/resources.hpp"

namespace scimd::store::resources {

// The columns id, version, created_at, modified_at and document come first, in this order.
inline row read_row(const sql::row& current)
{
    return {
        .id = {current.integer(0)},
        .version = current.integer(1),
        .created = from_column(current.integer(2)),
        .modified = from_column(current.integer(3)),
        .document = std::string(current.text(4)),
    };
}

}  // namespace scimd::store::resources
