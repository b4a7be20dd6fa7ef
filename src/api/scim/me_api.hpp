// "/Me" (RFC 7644 §3.11): the user that the token belongs to, and the authorization of user tokens
// (docs/decisions/0027). The token of a directory belongs to no user: "/Me" is answered 501 then.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

namespace scimd::api {

reply get_me(const server_context& server, request_context& request);
reply create_me(const server_context& server, request_context& request);
reply replace_me(const server_context& server, request_context& request);
reply patch_me(const server_context& server, request_context& request);
reply delete_me(const server_context& server, request_context& request);

// Authorizes the token for a route: the token of a directory may use every route, the token of a user only
// that user's resource and the discovery endpoints. Other resources are forbidden whether they exist or not.
result<void> check_reach(const request_context& request, const principal& row);

}  // namespace scimd::api
