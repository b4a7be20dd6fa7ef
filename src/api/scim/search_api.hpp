// Queries: filter, sort and paginate the resources of one type, or of all types at the base (RFC 7644 §3.4.2,
// §3.4.3).
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

constexpr std::size_t search_body_bytes_max = 256 * 1024;

reply list_resources(const server_context& server, request_context& request);    // GET /Users?…
reply search_resources(const server_context& server, request_context& request);  // POST /Users/.search
reply list_all(const server_context& server, request_context& request);          // GET /?…
reply search_all(const server_context& server, request_context& request);        // POST /.search

}  // namespace scimd::api
