// Custom schemas, as --schema-dir loads them: an extension of users and groups, an extension of users, and a
// resource type with an attribute of every type.
#pragma once

#include "scim/schema/schema_loader.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::test {

constexpr std::string_view badge_urn = "urn:example:params:scim:schemas:extension:badge:2.0:User";
constexpr std::string_view place_urn = "urn:example:Place";
constexpr std::string_view device_urn = "urn:example:Device";
constexpr std::string_view warranty_urn = "urn:example:Warranty";

constexpr std::string_view badge_schema = R"({
    "id": "urn:example:params:scim:schemas:extension:badge:2.0:User", "name": "Badge",
    "attributes": [
        {"name": "number", "uniqueness": "server", "required": true},
        {"name": "serial", "type": "integer", "uniqueness": "global"},
        {"name": "codes", "multiValued": true, "caseExact": true, "uniqueness": "server"},
        {"name": "pin", "mutability": "writeOnly"},
        {"name": "issued", "type": "dateTime", "mutability": "immutable"},
        {"name": "remark", "returned": "request"}
    ]
})";

constexpr std::string_view place_schema = R"({
    "id": "urn:example:Place", "name": "Place",
    "attributes": [{"name": "building"}, {"name": "floor", "type": "integer"}]
})";

constexpr std::string_view device_schema = R"({
    "id": "urn:example:Device", "name": "Device",
    "attributes": [
        {"name": "serial", "required": true, "uniqueness": "server"},
        {"name": "asset", "caseExact": true, "uniqueness": "global"},
        {"name": "cores", "type": "integer"},
        {"name": "weight", "type": "decimal"},
        {"name": "active", "type": "boolean"},
        {"name": "built", "type": "dateTime"},
        {"name": "key", "type": "binary"},
        {"name": "manual", "type": "reference", "referenceTypes": ["external"]},
        {"name": "displayName"},
        {"name": "tags", "multiValued": true},
        {"name": "secret", "mutability": "writeOnly", "returned": "never"},
        {"name": "model", "mutability": "immutable"},
        {"name": "state", "mutability": "readOnly"},
        {"name": "label", "returned": "always"},
        {"name": "notes", "returned": "request"},
        {"name": "owner", "type": "complex", "subAttributes": [
            {"name": "value", "caseExact": true},
            {"name": "$ref", "type": "reference", "referenceTypes": ["User"]},
            {"name": "displayName", "mutability": "readOnly"},
            {"name": "since", "type": "dateTime"}
        ]},
        {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "required": true, "uniqueness": "server"},
            {"name": "speed", "type": "decimal"},
            {"name": "modes", "multiValued": true},
            {"name": "maker", "mutability": "immutable"},
            {"name": "hint", "returned": "request"},
            {"name": "primary", "type": "boolean"}
        ]}
    ]
})";

constexpr std::string_view resource_types = R"([
    {"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device",
     "schemaExtensions": [{"schema": "urn:example:Warranty", "required": true}, {"schema": "urn:example:Place"}]},
    {"name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
     "schemaExtensions": [{"schema": "urn:example:Place", "required": false}]},
    {"id": "urn:example:Warranty", "attributes": [{"name": "until", "type": "dateTime"}, {"name": "vendor"}]}
])";

// The catalogue of the built-in schemas and these.
inline scim::catalogue sample_schemas() {
    const std::vector<scim::definition_file> files = {
            {"badge.json", std::string(badge_schema)},
            {"place.json", std::string(place_schema)},
            {"device.json", std::string(device_schema)},
            {"types.json", std::string(resource_types)},
    };
    auto loaded = scim::extend_standard(files);
    if (!loaded.types)
        throw std::runtime_error(loaded.errors.front());
    return std::move(*loaded.types);
}

}  // namespace scimd::test
