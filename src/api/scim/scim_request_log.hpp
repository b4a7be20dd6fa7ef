// A finished SCIM request, told to the directory's log.
#pragma once

#include "api/request_context.hpp"

#include <chrono>

namespace scimd::api {

// `on` is of a directory (see is_of_directory) and used up by it. Any thread; never waits for the store.
void record_request(
    const server_context& server,
    request_context& request,
    const http::response& answered,
    std::chrono::microseconds took
);

}  // namespace scimd::api
