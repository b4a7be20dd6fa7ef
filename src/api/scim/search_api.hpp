// Lists: of one resource type, or at the base of all (RFC 7644 §3.4.2, §3.4.3).
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

constexpr std::size_t search_body_bytes_max = 256 * 1024;

reply list_resources(const house& home, call& on);    // GET /Users?…
reply search_resources(const house& home, call& on);  // POST /Users/.search
reply list_all(const house& home, call& on);          // GET /?…
reply search_all(const house& home, call& on);        // POST /.search

}  // namespace scimd::api
