// Bodies of SCIM requests: checks the media type and the size, and parses the JSON.
#pragma once

#include "api/request_context.hpp"
#include "base/json/json.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace scimd::api {

struct body_bounds {
    std::size_t bytes_max = 0;
    std::string too_large;      // detail of the error 413; empty: a default text
    bool may_be_empty = false;  // treated as an empty object, except in strict mode
};

// Reads the body as a JSON object and passes it to `then`. Errors: 415 for a media type other than SCIM's or
// plain JSON, 413 beyond the limit, 400 for a body that is not a JSON object. A byte order mark is ignored,
// except in strict mode (RFC 8259 §8.1).
reply with_json_body(request_context& request, body_bounds bounds, std::function<reply(json::object)> then);

}  // namespace scimd::api
