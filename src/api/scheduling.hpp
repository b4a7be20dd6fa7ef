// Whose share of the queues a request uses.
#pragma once

#include "api/request_context.hpp"
#include "store/engine/scheduling_key.hpp"

namespace scimd::api {

// Follows from what authentication has found, never from what a client says of itself. Requests that are not
// authenticated yet are one tenant together.
store::scheduling_key scheduling_key_of(const request_context& request);

}  // namespace scimd::api
