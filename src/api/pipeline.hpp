// The way of every request: its target, its route, and then the part of the API that serves it.
//
// SCIM requests are authenticated here and go to a handler of api/scim; requests of the management API go to
// api/management/pipeline.hpp; the others need no credentials.
#pragma once

#include "api/request_context.hpp"
#include "api/routes.hpp"
#include "base/error.hpp"

#include <chrono>
#include <string_view>

namespace scimd::api {

// Stateless but for the server context that it borrows. Any thread.
class request_pipeline {
public:
    explicit request_pipeline(const server_context& server) : server_(server) {}

    // Starts a request. An error of the client is a response. `request` must outlive the replies that follow.
    [[nodiscard]] reply handle(request_context& request) const;

    [[nodiscard]] const server_context& server() const noexcept { return server_; }

    // Must be called once with the response before it is sent: applies the rate limits and their header
    // fields.
    void finish(request_context& request, http::response& answer) const;

    // Notes a finished request for the request log of its directory; moves from the request.
    void log_request(
            request_context& request, const http::response& answered, std::chrono::microseconds took) const;

    // The response to an error outside of a handler: bad framing, a body too large, a failure of the machine.
    [[nodiscard]] http::response refuse(const error& reason, std::string_view target) const;

private:
    const server_context& server_;
};

}  // namespace scimd::api
