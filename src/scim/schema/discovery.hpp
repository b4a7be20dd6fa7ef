// The discovery endpoints: ServiceProviderConfig, ResourceTypes and Schemas (RFC 7643 §5 to §7, RFC 7644 §4).
// Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <string_view>

namespace scimd::scim {

struct capabilities {  // the advertised limits are the enforced ones
    std::size_t filter_results_max = 1'000;
    std::size_t bulk_payload_bytes_max = 0;  // limit of a bulk request; 0: bulk is not supported
    std::string_view documentation_uri;      // empty: not advertised
};

// `base_url` is the directory's SCIM base URL without a trailing slash; it is the prefix of meta.location.
json::object service_provider_config(const capabilities& offered, std::string_view base_url);
json::object resource_type_document(const resource_type& type, std::string_view base_url);
json::object schema_document(const schema& definition, std::string_view base_url);

}  // namespace scimd::scim
