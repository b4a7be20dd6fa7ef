// "/Me" (RFC 7644 §3.11): the user for whom the token stands, and what else such a token opens
// (docs/decisions/0027). A token that stands for the directory is nobody's, so its "/Me" is no one: 501.
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

// Whether the token opens that row: one of a user its own resource and the description of the service, one of
// the directory all. Others' resources are refused whether they are there or not.
result<void> check_reach(const request_context& request, const principal& row);

}  // namespace scimd::api
