// Notes which identity provider a request shows, on its way to the handler.
#pragma once

#include "api/request_context.hpp"
#include "base/json/json.hpp"

#include <functional>

namespace scimd::api {

// Whether the request shows another provider than the directory is known to have.
bool shows_news(const server_context& server, const request_context& request, const json::object* body);

// `next`, after a write of its own when the request shows another provider than the directory is known to
// have. That is rare: once or twice in a directory's life, and never by a user's own client. `body` is
// nullptr before it has been read.
reply with_idp_detection(
    const server_context& server,
    request_context& request,
    const json::object* body,
    std::function<reply()> next
);

}  // namespace scimd::api
