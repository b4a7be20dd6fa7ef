// "/Me" (RFC 7644 §3.11): the user for whom the token stands, and what else such a token opens
// (docs/decisions/0027). A token that stands for the directory is nobody's, so its "/Me" is no one: 501.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

namespace scimd::api {

reply get_me(const house& home, call& on);
reply create_me(const house& home, call& on);
reply replace_me(const house& home, call& on);
reply patch_me(const house& home, call& on);
reply delete_me(const house& home, call& on);

// Whether the token opens that row: one of a user its own resource and the description of the service, one of
// the directory all. Others' resources are refused whether they are there or not.
result<void> check_reach(const call& on, const principal& row);

}  // namespace scimd::api
