// Bodies of SCIM requests: their media type, their size, their JSON.
#pragma once

#include "api/request_context.hpp"
#include "base/json/json.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace scimd::api {

struct body_bounds {
    std::size_t bytes_max = 0;
    std::string too_large;      // the detail of the 413; empty: its size alone
    bool may_be_empty = false;  // an empty body stands for an empty object, but in strict directories
};

// The body read as a JSON object, then what `then` makes of it. Errors: 415 for another media type than
// SCIM's or plain JSON, 413 beyond the limit, 400 for what is no JSON object. But in strict directories a
// byte order mark before it is passed over (RFC 8259 §8.1).
reply with_json_body(request_context& request, body_bounds bounds, std::function<reply(json::object)> then);

}  // namespace scimd::api
