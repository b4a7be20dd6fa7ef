// Fair scheduling: the tenant whose share of the queues a request uses (store/engine/scheduling_key). Any
// thread.
#pragma once

#include "api/request_context.hpp"
#include "store/engine/scheduling_key.hpp"

namespace scimd::api {

// The key follows from the result of authentication, never from what a client claims. Requests that are not
// authenticated yet share one tenant.
store::scheduling_key scheduling_key_of(const request_context& request);

}  // namespace scimd::api
