// Authentication of SCIM requests by bearer tokens (RFC 6750). Any thread, inside a transaction.
#pragma once

#include "api/request_context.hpp"
#include "base/error.hpp"
#include "store/engine/transaction.hpp"

#include <string_view>

namespace scimd::api {

// Authenticates the request and sets request.caller. `directory` is the id in the path. Errors: unauthorized,
// with one text for every reason (a token that is missing, empty, repeated, malformed, unknown, expired,
// revoked, or of another directory), so that the response reveals none of them; forbidden, when the token is
// valid but its directory is disabled or its user is deactivated.
result<void> authenticate(const server_context& server, request_context& request, std::string_view directory,
        store::transaction& tx);

// Checks again whether the token of an authenticated request is still valid. Changes nothing.
result<void> reauthenticate(const request_context& request, store::transaction& tx);

// Whether the request has a token of the right form: false when a look-up in the store cannot succeed.
bool has_plausible_token(const http::request& head);

// The error for every token that is not valid.
error unauthorized();

}  // namespace scimd::api
