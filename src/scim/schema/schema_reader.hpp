// Parser for one schema or resource type of a definition file (RFC 7643 §6, §7). Pure.
//
// Errors are added to a list; the result must not be used if there are any.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/definition_reader.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

// Limits of a definition.
constexpr std::size_t attributes_max = 500;  // in a schema; also sub-attributes in an attribute
constexpr std::size_t extensions_max = 64;   // of a resource type
constexpr std::size_t canonical_values_max = 1'000;
constexpr std::size_t canonical_value_bytes_max = 1'024;
constexpr std::size_t reference_types_max = 64;
constexpr std::size_t definition_name_bytes_max = 100;  // attributes, schemas, resource types, endpoints
constexpr std::size_t schema_urn_bytes_max = 256;
constexpr std::size_t description_bytes_max = 4'096;

schema read_schema(const std::string& where, const json::object& content, definition_errors& found);

// A resource type as written in its file: the names of schemas have not been resolved.
struct resource_type_draft {
    struct extension {
        std::string urn;
        bool is_required = false;
    };
    std::string where;
    std::string name;
    std::string endpoint;
    std::string description;
    std::string id_prefix;  // empty: to be derived from the name
    std::string base;
    std::vector<extension> extensions;
};
resource_type_draft read_resource_type(
        const std::string& where, const json::object& content, definition_errors& found);

}  // namespace scimd::scim
