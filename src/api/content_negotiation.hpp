// Content negotiation: chooses between application/scim+json and application/json by the Accept header (RFC
// 9110 §12.5.1, RFC 7644 §3.8). Pure functions, any thread.
#pragma once

#include <string_view>

namespace scimd::api {

// Whether an Accept header ranks application/json above application/scim+json. A header that accepts neither
// is ignored: the response is application/scim+json then, not a 406.
bool prefers_plain_json(std::string_view accept);

}  // namespace scimd::api
