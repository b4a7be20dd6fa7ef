// Bearer tokens (RFC 6750) to callers.
#pragma once

#include "api/request_context.hpp"
#include "base/error.hpp"
#include "store/engine/transaction.hpp"

#include <string_view>

namespace scimd::api {

// `directory` is the id in the path. Fills on.who, or says the one thing that every failure is told: a
// missing, empty, doubled, malformed, unknown, expired or revoked token and another directory's look all
// alike. forbidden: the token is good, its directory disabled or its user deactivated.
result<void> authenticate(
    const server_context& server, request_context& request, std::string_view directory, store::transaction& tx
);

// The same of a call that was authenticated before: whether it still would be. Changes nothing.
result<void> reauthenticate(const request_context& request, store::transaction& tx);

// What can be known without asking the store: false for credentials that cannot be good.
bool has_plausible_token(const http::request& head);

error unauthorized();

}  // namespace scimd::api
