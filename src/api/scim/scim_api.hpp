// The SCIM endpoints of a directory for single resources and discovery: /directory/{directory}/scim/v2/… (RFC
// 7644 §3.3 to §3.6, §4). The pipeline has authenticated the caller before it calls a handler. The handler of
// DELETE is in removal_request.cpp.
#pragma once

#include "api/request_context.hpp"
#include "base/error.hpp"
#include "service/scim/prepared_change.hpp"

namespace scimd::api {

reply create_resource(const server_context& server, request_context& request);
reply get_resource(const server_context& server, request_context& request);
reply replace_resource(const server_context& server, request_context& request);
reply patch_resource(const server_context& server, request_context& request);
reply delete_resource(const server_context& server, request_context& request);

reply get_service_provider_config(const server_context& server, request_context& request);
reply list_resource_types(const server_context& server, request_context& request);
reply get_resource_type(const server_context& server, request_context& request);
reply list_schemas(const server_context& server, request_context& request);
reply get_schema(const server_context& server, request_context& request);

// The resource that the path names, with the preconditions and the projection of the request.
result<service::target> read_target(const request_context& request);

// not_found: the {endpoint} of the path is not the endpoint of a resource type.
error no_endpoint(const request_context& request);

}  // namespace scimd::api
