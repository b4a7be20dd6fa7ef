// The way of a management request, from its head to its answer.
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "api/router.hpp"

namespace scimd::api {

// `found` is what the router says of the request. An error of the client is a response; `request` must
// outlive the replies that follow. Any thread.
reply handle_management(const server_context& server, request_context& request, match found);

}  // namespace scimd::api
