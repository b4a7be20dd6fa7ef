// Checks a token again when the body of its request has come late: a body may take minutes, and the token may
// have been revoked meanwhile.
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "base/error.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace scimd::api {

// For so long at most a request goes on with a token that has been revoked, or whose user or directory has
// been disabled.
constexpr std::chrono::seconds recheck_after{1};

using token_check = std::function<result<void>(store::transaction&)>;

// For body_request::recheck: the read that asks `still_good`, when the body came later than recheck_after.
// Its error is the answer.
std::function<std::optional<transaction_step>()> recheck_when_late(
        const server_context& server, const request_context& request, token_check still_good);

// Adds that check to `next` when it waits for a body.
reply reauthenticate_late(
        const server_context& server, const request_context& request, reply next, token_check still_good);

}  // namespace scimd::api
