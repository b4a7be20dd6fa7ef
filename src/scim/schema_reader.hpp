// Schema and resource type files made into definitions (RFC 7643 §6, §7), with every reason why one is
// refused. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "scim/schema.hpp"

#include <string_view>

namespace scimd::scim {

result<schema> read_schema(std::string_view file, json::object content);

// `known` holds the schemas to refer to and the types read before this one.
result<resource_type> read_resource_type(std::string_view file, json::object content, const catalogue& known);

}  // namespace scimd::scim
