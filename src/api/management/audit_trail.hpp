// The audit log's pen: every writing request of the management API passes here, so that no handler need think
// of it.
#pragma once

#include "api/request_context.hpp"
#include "base/json/json.hpp"

#include <string_view>

namespace scimd::api {

// Makes the writing works of a management reply leave an entry each, in their own transactions: who, what,
// what was there before and after, and how it ended. A work that fails is undone and leaves its entry alone;
// a repeat that changes nothing leaves none.
reply run_audited(const server_context& server, request_context& request, reply next);

// A document without what nobody should read in it: the texts of secrets, tokens and links, and the values of
// the headers that a webhook endpoint is sent.
void redact(json::value& document);

// The same of the headers only, and where the document is the endpoint itself.
void withhold_headers(json::object& document);

}  // namespace scimd::api
