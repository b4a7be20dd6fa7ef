// Everything we serve: the route table, and the one way through it.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace scimd::api {

// Every route with who may call it; the order matters (see find_route).
std::span<const route> routes();

// Stateless but for the house it borrows. Any thread.
class request_pipeline {
public:
    explicit request_pipeline(const server_context& server) : server_(server) {}

    // Whatever goes wrong on the client's side is a response. `on` must outlive the replies that follow.
    [[nodiscard]] reply handle(request_context& request) const;

    // For a request that is about to be handled.
    [[nodiscard]] const server_context& server() const noexcept { return server_; }

    // To be called once with the response before it is sent: the rate limits have the last word.
    void finish(request_context& request, http::response& answer) const;

    // When the request is over, for the directory's log; the call is used up.
    void log_request(request_context& request, const http::response& answered, std::chrono::microseconds took)
        const;

    // For what goes wrong before or after: bad framing, a body too large, the machine's failures.
    [[nodiscard]] http::response refuse(const error& reason, std::string_view target) const;

private:
    const server_context& server_;
};

}  // namespace scimd::api
