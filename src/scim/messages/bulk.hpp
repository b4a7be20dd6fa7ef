// Bulk requests and responses (RFC 7644 §3.7) as values. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

constexpr std::size_t bulk_operations_max = 1'000;
constexpr std::size_t bulk_id_bytes_max = 256;
constexpr std::size_t bulk_path_bytes_max = 1'024;

enum class bulk_method { post, put, patch, remove };

// What one operation asks for, as far as it can be known before it is done.
struct bulk_demand {
    bulk_method method = bulk_method::post;
    const resource_type* type = nullptr;
    std::string id;       // of the resource, perhaps "bulkId:x"; empty with POST
    std::string version;  // as If-Match; empty: none
    json::object data;    // empty with DELETE
    // The bulkIds that `id` and `data` refer to, each once, in order; an operation of the request that is a
    // POST has each of them.
    std::vector<std::string> references;
};

// An operation that cannot be understood fails alone; the rest of the request goes on.
struct bulk_operation {
    std::string method;   // as it is answered: in capitals, and empty when it was no short text
    std::string path;     // as sent; empty when it was none
    std::string bulk_id;  // empty: none
    result<bulk_demand> wanted;
};

struct bulk_request {
    std::size_t errors_max = 0;  // failOnErrors: so many end the request; 0: none do
    std::vector<bulk_operation> operations;
};

// Errors, for the request as a whole: too_large (more than bulk_operations_max operations, with
// `too_large_detail`), invalid_syntax (no Operations, another message's schemas), invalid_value (failOnErrors
// below 1, two operations of one bulkId). Of single operations: invalid_syntax (a member of the wrong kind,
// data with DELETE), invalid_value (a member missing, an unknown method, a bulkId that no POST has),
// invalid_path, not_found (an unknown endpoint).
result<bulk_request> parse_bulk(
    const json::object& body,
    const catalogue& types,
    std::string_view too_large_detail,
    conformance_mode mode = conformance_mode::compat
);

// What both limits are, for whoever exceeds one of them (RFC 7644 §3.7.4).
std::string bulk_too_large(std::size_t payload_bytes_max);

struct bulk_result {
    std::string method;
    std::string bulk_id;   // empty: none
    std::string location;  // absolute; empty: none
    std::string version;   // as an entity tag; empty: none
    int status = 0;
    std::optional<error> failure;
};

// The BulkResponse. Operations that were not reached are left out.
std::string bulk_message(std::span<const std::optional<bulk_result>> results);

}  // namespace scimd::scim
