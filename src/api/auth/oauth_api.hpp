// Tokens for API clients: RFC 6749 §4.4 (client credentials), RFC 7517 (our keys), RFC 8414 (what there is).
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply issue_token(const server_context& server, request_context& request);

// 429 in the form of RFC 6749 §5.2.
http::response too_many_token_requests();

reply list_keys(const server_context& server, request_context& request);
reply describe_issuer(const server_context& server, request_context& request);

}  // namespace scimd::api
