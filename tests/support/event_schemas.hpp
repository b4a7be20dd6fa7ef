// The published schemas of events (schema/events), and whether events are as they say.
//
// Validated by Valijson, as JSON Schema of draft 7: what the schemas use means the same there as in draft
// 2020-12, by which the process tests judge. One thread.
#pragma once

#include <string>
#include <string_view>

namespace scimd::test {

// What is wrong with an event, a line each; empty: it is as described. A type without a schema is wrong.
// Throws runtime_error when a schema cannot be read.
std::string why_not_as_described(std::string_view type, std::string_view body);

}  // namespace scimd::test
