// Hands a finished SCIM request to the request log of its directory (service/request_log).
#pragma once

#include "api/request_context.hpp"

#include <chrono>

namespace scimd::api {

// `request` has a path below a directory (see is_of_directory); its query and trace are moved from. Any
// thread; never waits for the store.
void record_request(const server_context& server, request_context& request, const http::response& response,
        std::chrono::microseconds took);

}  // namespace scimd::api
