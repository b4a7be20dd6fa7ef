// POST /Bulk (RFC 7644 §3.7).
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply post_bulk(const house& home, call& on);

}  // namespace scimd::api
