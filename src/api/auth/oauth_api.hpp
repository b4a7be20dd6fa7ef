// The OAuth 2.0 authorization server for API clients: access tokens by client credentials (RFC 6749 §4.4),
// the JSON Web Key Set (RFC 7517) and the authorization server metadata (RFC 8414).
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

// POST /oauth/token.
reply issue_token(const server_context& server, request_context& request);

// 429 in the error format of RFC 6749 §5.2.
http::response too_many_token_requests();

// GET /keys: the public keys that verify access tokens.
reply list_keys(const server_context& server, request_context& request);

// GET /.well-known/openid-configuration.
reply describe_issuer(const server_context& server, request_context& request);

}  // namespace scimd::api
