// SCIM on a directory: /directory/{directory}/scim/v2/… (RFC 7644). The caller is authenticated already.
#pragma once

#include "api/request_context.hpp"
#include "base/error.hpp"
#include "service/scim/prepared_change.hpp"

namespace scimd::api {

reply create_resource(const house& home, call& on);
reply get_resource(const house& home, call& on);
reply replace_resource(const house& home, call& on);
reply patch_resource(const house& home, call& on);
reply delete_resource(const house& home, call& on);

reply get_service_provider_config(const house& home, call& on);
reply list_resource_types(const house& home, call& on);
reply get_resource_type(const house& home, call& on);
reply list_schemas(const house& home, call& on);
reply get_schema(const house& home, call& on);

// The resource that the path names, with what the head says of it.
result<service::target> read_target(const call& on);

// Of a path whose {endpoint} is none.
error no_endpoint(const call& on);

}  // namespace scimd::api
