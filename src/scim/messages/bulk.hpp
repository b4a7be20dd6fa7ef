// Bulk requests and responses (RFC 7644 §3.7): parser and serializer. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/messages/bulk_operation.hpp"
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

// A parsed bulk request.
struct bulk_request {
    std::size_t errors_max = 0;  // failOnErrors: stop after so many errors; 0: never
    std::vector<bulk_operation> operations;
};

// Parses a request. Errors of the whole request: too_large (more than bulk_operations_max operations, with
// `too_large_detail`), invalid_syntax (no Operations, the schemas of another message), invalid_value
// (failOnErrors below 1, a duplicate bulkId). Errors of single operations: invalid_syntax (a member of the
// wrong type, data with DELETE), invalid_value (a missing member, an unknown method, a bulkId that no POST
// has), invalid_path, not_found (an unknown endpoint).
result<bulk_request> parse_bulk(const json::object& body, const catalogue& types,
        std::string_view too_large_detail, conformance_mode mode = conformance_mode::compat);

// Returns the error detail that states both limits (RFC 7644 §3.7.4).
std::string bulk_too_large(std::size_t payload_bytes_max);

// The outcome of one operation.
struct bulk_result {
    std::string method;
    std::string bulk_id;   // empty: none
    std::string location;  // absolute; empty: none
    std::string version;   // as an entity tag; empty: none
    int status = 0;
    std::optional<error> failure;
};

// Serializes the BulkResponse. Operations that were not reached are left out.
std::string bulk_message(std::span<const std::optional<bulk_result>> results);

}  // namespace scimd::scim
