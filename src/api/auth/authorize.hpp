// Access tokens (RFC 6750) of API clients to managers, and what a manager may do.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

#include <functional>

namespace scimd::api {

// Goes on with `proceed` when the request comes by the control socket or carries an access token that is good
// for the row; `row` is nullptr when the path has no row of that method. Every token that is not good gets
// the same 401. not_found: another organization's; forbidden: the row is not for callers of that kind, or the
// token lacks a scope.
reply authorized(
    const server_context& server, request_context& request, const route* row, std::function<reply()> proceed
);

// Whether the caller may call the row at all, and has the scope that it asks for.
result<void> check_caller(const service::manager& who, const route& row);

// Whether a call that was authorized before still has a token of its client.
result<void> reauthorize(
    const server_context& server, const request_context& request, store::transaction& tx
);

}  // namespace scimd::api
