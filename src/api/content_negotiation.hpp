// The media type that a client would rather have (RFC 9110 §12.5.1, RFC 7644 §3.8). Pure.
#pragma once

#include <string_view>

namespace scimd::api {

// Whether an Accept field ranks application/json above application/scim+json. Where it takes neither, it is
// not honoured: the answer is SCIM's own type all the same.
bool prefers_plain_json(std::string_view accept);

}  // namespace scimd::api
