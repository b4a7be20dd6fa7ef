// SCIM on a directory: /directory/{directory}/scim/v2/… (RFC 7644). The caller is authenticated already.
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

// The resource that the path names, with what the head says of it.
result<service::target> read_target(const request_context& request);

// Of a path whose {endpoint} is none.
error no_endpoint(const request_context& request);

}  // namespace scimd::api
