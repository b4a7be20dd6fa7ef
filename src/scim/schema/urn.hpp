// The URNs of RFC 7643 §10 and RFC 7644 §8.
#pragma once

#include <string_view>

namespace scimd::scim::urn {

constexpr std::string_view user = "urn:ietf:params:scim:schemas:core:2.0:User";
constexpr std::string_view group = "urn:ietf:params:scim:schemas:core:2.0:Group";
constexpr std::string_view enterprise_user = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
constexpr std::string_view service_provider_config =
        "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
constexpr std::string_view resource_type = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
constexpr std::string_view schema = "urn:ietf:params:scim:schemas:core:2.0:Schema";

constexpr std::string_view list_response = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
constexpr std::string_view search_request = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
constexpr std::string_view patch_op = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
constexpr std::string_view bulk_request = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
constexpr std::string_view bulk_response = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
constexpr std::string_view error = "urn:ietf:params:scim:api:messages:2.0:Error";

}  // namespace scimd::scim::urn
