// The only place that turns documents and errors into responses.
#pragma once

#include "api/request_context.hpp"
#include "base/error.hpp"
#include "base/spooled_text.hpp"
#include "service/scim/representation.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace scimd::api {

// SCIM (RFC 7644 §3.1, §3.8, §3.12): application/scim+json, or application/json for a client that prefers it.
http::response scim_response(const request_context& request, int status, std::string body);
http::response scim_resource(const request_context& request, int status, service::representation resource);

// Its version and location alone: what was changed, or has not changed, need not be shown.
http::response scim_version(int status, const service::representation& resource);

// A resource of discovery, which has no version.
http::response scim_document(const request_context& request, const json::object& document);

// The same of texts of any length.
http::response long_scim_response(const request_context& request, int status, spooled_text body);
// The answer to HEAD for a resource that is long: RFC 9110 §9.3.2 lets the length be left out where it is
// known only once the body has been made.
http::response unread_scim_resource(
    const request_context& request, int status, service::representation resource
);

http::response long_scim_resource(
    const request_context& request, int status, service::representation resource, spooled_text body
);

http::response scim_error(const request_context& request, const error& failure);

// The management API: JSON, errors in the form of google.rpc.Status with an ErrorInfo.
http::response manage_response(int status, const json::object& body);
http::response manage_error(const error& failure);

// The error_code that the failure has there: "NOT_FOUND".
std::string_view error_code(const error& failure);

// In the form that the path asks for.
http::response error_for(const request_context& request, const error& failure);

// What is answered to a request that asks for more computation than it may: of a list 400 tooMany (RFC 7644
// §3.12), of a body 413 (RFC 9110 §15.5.14), since the same body will never be processed.
error work_refusal(const request_context& request, const work_limit_exceeded& reason);

// To one whose computation was given up.
error work_refusal(const work_cancelled& reason);

// What a client is told of the rate limit of its directory, if there is one: in the header fields that the
// SCIM connector of SailPoint reads, and Retry-After, which Okta and Microsoft Entra ID read.
void add_rate_fields(const request_context& request, http::response& made);

bool is_scim_path(std::string_view target);

}  // namespace scimd::api
