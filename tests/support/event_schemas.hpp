// Validates events against their published JSON Schemas (schema/events).
//
// Valijson implements draft 7 of JSON Schema. The keywords that the schemas use have the same meaning there
// as in draft 2020-12, which the process tests use. One thread.
#pragma once

#include <string>
#include <string_view>

namespace scimd::test {

// The violations of the event, one a line; empty: it is valid. A type without a schema is a violation. Throws
// runtime_error when a schema cannot be read.
std::string why_not_as_described(std::string_view type, std::string_view body);

}  // namespace scimd::test
