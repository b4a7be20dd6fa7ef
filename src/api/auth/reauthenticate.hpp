// A body may take minutes, and whoever sent its head may have lost the right to it meanwhile.
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "base/error.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <functional>

namespace scimd::api {

// A token that has been revoked, or whose user or directory has been switched off, is good for so long at
// most.
constexpr std::chrono::seconds recheck_after{1};

using token_check = std::function<result<void>(store::transaction&)>;

// When `next` waits for a body that comes later than that, `still_good` is asked before it gets it. Its error
// is the answer then.
reply reauthenticate_late(
    const server_context& server, const request_context& request, reply next, token_check still_good
);

}  // namespace scimd::api
