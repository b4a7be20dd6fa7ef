// One operation of a bulk request (RFC 7644 §3.7). Values.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <vector>

namespace scimd::scim {

enum class bulk_method { post, put, patch, remove };

// The parsed content of one operation.
struct bulk_demand {
    bulk_method method = bulk_method::post;
    const resource_type* type = nullptr;
    std::string id;       // of the resource, possibly "bulkId:x"; empty for POST
    std::string version;  // as in If-Match; empty: none
    json::object data;    // empty for DELETE
    // The bulkIds to which `id` and `data` refer, each once, in order. Each of them belongs to a POST of the
    // request.
    std::vector<std::string> references;
};

// One operation. If it cannot be parsed, it alone fails; the rest of the request goes on.
struct bulk_operation {
    std::string method;   // for the response: in upper case, or empty when it was not a short text
    std::string path;     // as sent; empty when it was not a text
    std::string bulk_id;  // empty: none
    result<bulk_demand> wanted;
};

}  // namespace scimd::scim
