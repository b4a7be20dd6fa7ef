// Responses of the management API against its description (schema/openapi.yaml): what is answered is
// described, and what is described is answered.
#pragma once

#include "base/json/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scimd::test {

// What is wrong with a value, by JSON Schema as far as the description uses it; a schema that says more is at
// fault itself. `document` is what references are looked up in.
std::vector<std::string> schema_faults(
    const json::object& document, const json::value& schema, const json::value& value
);

// What is wrong with an answer: empty for a route that is not described, SCIM's own.
std::vector<std::string> response_faults(
    std::string_view method, std::string_view target, int status, std::string_view body
);

}  // namespace scimd::test
