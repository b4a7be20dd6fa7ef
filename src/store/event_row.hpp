// How a statement's row becomes an event.
#pragma once

#include "store/events.hpp"

namespace scimd::store::events {

// The columns id, organization_id, directory_id, sequence, type and body come first, in this order.
inline event read_event(const sql::row& current)
{
    return {
        .id = {current.integer(0)},
        .organization = {current.integer(1)},
        .directory = {current.integer(2)},
        .sequence = current.integer(3),
        .type = std::string(current.text(4)),
        .body = std::string(current.text(5)),
    };
}

}  // namespace scimd::store::events
