// Resource types for tests: the standard ones, and a Device with an attribute of every kind.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/schema.hpp"
#include "scim/unlimited.hpp"

#include <array>
#include <string>
#include <string_view>

namespace scimd::scim::samples {

inline const catalogue& standard() {
    static const catalogue types = catalogue::standard();
    return types;
}

inline const resource_type& user() {
    return *standard().find_type("User");
}

inline const resource_type& group() {
    return *standard().find_type("Group");
}

constexpr std::string_view device_urn = "urn:example:Device";
constexpr std::string_view warranty_urn = "urn:example:Device:Warranty";

inline const catalogue& devices() {
    static constexpr std::array<embedded_file, 4> files = {{
            {"device_type.json", R"({
            "name": "Device", "endpoint": "/Devices", "idPrefix": "device_", "schema": "urn:example:Device",
            "schemaExtensions": [{"schema": "urn:example:Device:Warranty", "required": true},
                                 {"schema": "urn:example:Lease"}]
        })"},
            {"device.json", R"({
            "id": "urn:example:Device", "name": "Device", "description": "A thing.",
            "attributes": [
                {"name": "serial", "caseExact": true, "required": true, "uniqueness": "global"},
                {"name": "label", "returned": "always"},
                {"name": "pin", "mutability": "writeOnly", "returned": "never"},
                {"name": "notes", "returned": "request"},
                {"name": "cores", "type": "integer"},
                {"name": "weight", "type": "decimal"},
                {"name": "built", "type": "dateTime"},
                {"name": "key", "type": "binary"},
                {"name": "manual", "type": "reference", "referenceTypes": ["external"]},
                {"name": "tags", "multiValued": true},
                {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
                    {"name": "kind", "returned": "always"},
                    {"name": "speed", "type": "integer"},
                    {"name": "modes", "multiValued": true},
                    {"name": "code", "returned": "never"},
                    {"name": "remark", "returned": "request"}
                ]},
                {"name": "locks", "type": "complex", "multiValued": true, "subAttributes": [
                    {"name": "value", "returned": "never"}, {"name": "kind"}
                ]},
                {"name": "place", "type": "complex", "mutability": "immutable", "subAttributes": [
                    {"name": "room"}, {"name": "floor", "type": "integer"}
                ]}
            ]
        })"},
            {"warranty.json", R"({
            "id": "urn:example:Device:Warranty",
            "attributes": [{"name": "until", "type": "dateTime"}, {"name": "vendor"}]
        })"},
            {"lease.json", R"({
            "id": "urn:example:Lease",
            "attributes": [{"name": "lender"}, {"name": "vendor"}]
        })"},
    }};
    static const catalogue types = catalogue::load(files).value();
    return types;
}

inline const resource_type& device() {
    return *devices().find_type("Device");
}

inline json::object document(std::string_view text) {
    return parse_json_object(text).value();
}

// Returns the JSON without white space.
inline std::string compact(std::string_view text) {
    return scimd::to_text(document(text));
}

}  // namespace scimd::scim::samples
