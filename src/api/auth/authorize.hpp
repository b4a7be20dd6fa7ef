// Access tokens (RFC 6750) of API clients, and what the caller of a management request may do.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

namespace scimd::api {

// Whether the request carries anything that could be an access token.
bool has_access_token(const http::request& head);

// unauthorized: the answer to every token that is not valid.
error no_access_token();

// Makes the operator the caller of a request that came by the control socket.
void authorize_operator(request_context& request);

// Finds the client of the access token and fills request.api_client. `row` is nullptr when the path has no
// row of that method. unauthorized: no token is valid; not_found: the path names another organization than
// the client's; forbidden: the row is not for callers of that kind, or the token lacks a scope.
result<void> authorize(
        const server_context& server, request_context& request, const route* row, store::transaction& tx);

// Whether the caller may call the row at all, and has the scope that it asks for.
result<void> check_caller(const service::manager& who, const route& row);

// Whether a request that was authorized before still has a valid token of its client.
result<void> reauthorize(
        const server_context& server, const request_context& request, store::transaction& tx);

}  // namespace scimd::api
