// POST /Bulk: bulk operations (RFC 7644 §3.7).
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply post_bulk(const server_context& server, request_context& request);

}  // namespace scimd::api
