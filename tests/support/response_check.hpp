// Validates responses of the management API against its description (schema/openapi.yaml).
#pragma once

#include "base/json/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scimd::test {

// The violations of a JSON Schema by the value. Knows the keywords that the description uses; another keyword
// is a violation itself. References are resolved in `document`.
std::vector<std::string> schema_faults(
        const json::object& document, const json::value& schema, const json::value& value);

// The violations of a response. Empty for the SCIM routes, which the document does not describe.
std::vector<std::string> response_faults(
        std::string_view method, std::string_view target, int status, std::string_view body);

}  // namespace scimd::test
