// Rendering (serialization) of responses: the only place that turns documents and errors into HTTP responses,
// with their status and header fields. Pure functions, any thread.
#pragma once

#include "api/request_context.hpp"
#include "base/error.hpp"
#include "base/spooled_text.hpp"
#include "service/scim/representation.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace scimd::api {

// SCIM responses (RFC 7644 §3.1, §3.8, §3.12): application/scim+json, or application/json for a client that
// prefers it.
http::response scim_response(const request_context& request, int status, std::string body);
http::response scim_resource(const request_context& request, int status, service::representation resource);

// A response without a body, with the resource's version and location: for a change, or a resource that has
// not changed, that the client does not need to be shown.
http::response scim_version(int status, const service::representation& resource);

// A discovery resource (schema, resource type, service provider configuration), which has no version.
http::response scim_document(const request_context& request, const json::object& document);

// Responses whose body is streamed from a spooled text of any length: a list, and one resource.
http::response long_scim_response(const request_context& request, int status, spooled_text body);
http::response long_scim_resource(
        const request_context& request, int status, service::representation resource, spooled_text body);

// The response to HEAD for a long resource, without Content-Length: RFC 9110 §9.3.2 allows that when the
// length would be known only after the body has been generated.
http::response unread_scim_resource(
        const request_context& request, int status, service::representation resource);

http::response scim_error(const request_context& request, const error& failure);

// Responses of the management API: JSON; errors in the form of google.rpc.Status with an ErrorInfo.
http::response manage_response(int status, const json::object& body);
http::response manage_error(const error& failure);

// The error_code of the failure in the management API: "NOT_FOUND".
std::string_view error_code(const error& failure);

// The error response in the form that the path requires: SCIM or management API.
http::response error_for(const request_context& request, const error& failure);

// The error of a request that needs more computation than one request may use: for a list 400 tooMany (RFC
// 7644 §3.12), for a body 413 (RFC 9110 §15.5.14), since a retry with the same body would fail again.
error work_refusal(const request_context& request, const work_limit_exceeded& reason);

// The error of a request whose computation was cancelled.
error work_refusal(const work_cancelled& reason);

// Adds the header fields that report the rate limit, if there is one: those that the SCIM connector of
// SailPoint reads, and Retry-After, which Okta and Microsoft Entra ID read.
void add_rate_fields(const request_context& request, http::response& made);

bool is_scim_path(std::string_view target);

}  // namespace scimd::api
