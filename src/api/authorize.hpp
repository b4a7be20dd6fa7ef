// Access tokens (RFC 6750) of API clients to managers, and what a manager may do.
#pragma once

#include "api/call.hpp"
#include "base/error.hpp"

#include <functional>

namespace scimd::api {

enum class access { reading, writing };

// Goes on with `proceed` when the request comes by the control socket or carries an access token that is good
// for it. Every token that is not gets the same 401. forbidden: the client may not write, or the route is not
// of the one organization that it is for; not_found: another organization's.
reply authorized(const house& home, call& on, access wanted, std::function<reply()> proceed);

// Whether a call that was authorized before still has a token of its client.
result<void> authorize_again(const house& home, const call& on, store::transaction& tx);

}  // namespace scimd::api
