// One schema or resource type of a definition file read (RFC 7643 §6, §7). Pure.
//
// Whatever is wrong is added to the mistakes; what is returned then is not to be used.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/definition_reader.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

// Of a definition; beyond is a mistake.
constexpr std::size_t attributes_max = 500;  // of a schema, and sub-attributes of an attribute
constexpr std::size_t extensions_max = 64;   // of a resource type
constexpr std::size_t canonical_values_max = 1'000;
constexpr std::size_t canonical_value_bytes_max = 1'024;
constexpr std::size_t reference_types_max = 64;
constexpr std::size_t definition_name_bytes_max = 100;  // attributes, schemas, resource types, endpoints
constexpr std::size_t schema_urn_bytes_max = 256;
constexpr std::size_t description_bytes_max = 4'096;

schema read_schema(const std::string& where, const json::object& content, definition_errors& found);

// As it is written: the schemas it names are not looked up yet.
struct resource_type_draft {
    struct extension {
        std::string urn;
        bool is_required = false;
    };
    std::string where;
    std::string name;
    std::string endpoint;
    std::string description;
    std::string id_prefix;  // empty: to be derived
    std::string base;
    std::vector<extension> extensions;
};
resource_type_draft read_resource_type(
    const std::string& where, const json::object& content, definition_errors& found
);

}  // namespace scimd::scim
