// Detection of the identity provider: records which provider a request reveals before the handler runs.
#pragma once

#include "api/request_context.hpp"
#include "base/json/json.hpp"

#include <functional>

namespace scimd::api {

// Whether the request reveals another identity provider than the one recorded for the directory. `body` is
// nullptr before it has been read.
bool detects_new_idp(const server_context& server, const request_context& request, const json::object* body);

// Calls `next`, after a transaction that records the provider when the request reveals another one. That is
// rare: once or twice in the life of a directory, and never by the own client of a user.
reply with_idp_detection(const server_context& server, request_context& request, const json::object* body,
        std::function<reply()> next);

}  // namespace scimd::api
