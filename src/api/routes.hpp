// The route table, and the answers to what has no row in it.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

#include <span>
#include <string>

namespace scimd::api {

// Every route with its callers; the order matters (see find_route).
std::span<const route> routes();

error no_such_path();

// The answer to OPTIONS (RFC 9110 §9.3.7).
http::response options_response(std::string allow);

// 404 where the path has no row, 405 where it has no row of that method, and OPTIONS.
http::response no_route_response(const request_context& request, const match& found);

}  // namespace scimd::api
