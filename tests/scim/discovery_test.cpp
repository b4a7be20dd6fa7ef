#include "scim/schema/discovery.hpp"

#include "sample_types.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace scimd::scim {
namespace {

using samples::compact;

constexpr std::string_view base_url = "https://scim.example.com/directory/dir_1/scim/v2";

const json::object& attribute_named(const json::array& rows, std::string_view name) {
    for (const json::value& row : rows)
        if (row.at("name").as_string() == name)
            return row.as_object();
    static const json::object none;
    ADD_FAILURE() << "no attribute " << name;
    return none;
}

bool holds_null(const json::value& value) {
    if (const json::object* const object = value.if_object())
        return std::any_of(
                object->begin(), object->end(), [](const auto& each) { return holds_null(each.value()); });
    if (const json::array* const array = value.if_array())
        return std::any_of(array->begin(), array->end(), holds_null);
    return value.is_null();
}

TEST(service_provider_config, advertises_the_capabilities) {
    EXPECT_EQ(scimd::to_text(service_provider_config({}, base_url)), compact(R"({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": 1000},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {"cursor": true, "index": true, "defaultPaginationMethod": "index",
                       "defaultPageSize": 100, "maxPageSize": 1000, "cursorTimeout": 3600},
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "OAuth Bearer Token",
            "description": "A token of the directory in the Authorization header field.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true
        }],
        "meta": {"resourceType": "ServiceProviderConfig",
                 "location": "https://scim.example.com/directory/dir_1/scim/v2/ServiceProviderConfig"}
    })"));
}

TEST(service_provider_config, advertises_bulk_if_it_has_a_payload_limit) {
    capabilities what;
    what.bulk_payload_bytes_max = 4'096;
    EXPECT_EQ(scimd::to_text(service_provider_config(what, base_url).at("bulk")),
            R"({"supported":true,"maxOperations":1000,"maxPayloadSize":4096})");
}

TEST(service_provider_config, follows_the_capabilities) {
    const json::object document = service_provider_config(
            {.filter_results_max = 50, .documentation_uri = "https://docs"}, base_url);
    EXPECT_EQ(document.at("documentationUri"), "https://docs");
    EXPECT_EQ(document.at("filter").at("maxResults"), 50);
    EXPECT_EQ(document.at("pagination").at("maxPageSize"), 50);
}

TEST(resource_type_document, lists_schema_and_extensions) {
    EXPECT_EQ(scimd::to_text(resource_type_document(samples::user(), base_url)), compact(R"({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User", "name": "User", "endpoint": "/Users", "description": "The users of a directory.",
        "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
        "schemaExtensions": [
            {"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}
        ],
        "meta": {"resourceType": "ResourceType",
                 "location": "https://scim.example.com/directory/dir_1/scim/v2/ResourceTypes/User"}
    })"));
    const json::object group = resource_type_document(samples::group(), base_url);
    EXPECT_TRUE(group.at("schemaExtensions").as_array().empty());
    const json::object device = resource_type_document(samples::device(), base_url);
    EXPECT_EQ(device.at("schemaExtensions").at(0).at("required"), true);
}

TEST(schema_document, shows_every_characteristic) {
    const json::object document = schema_document(*samples::user().base, base_url);
    EXPECT_EQ(document.at("schemas"), json::array{"urn:ietf:params:scim:schemas:core:2.0:Schema"});
    EXPECT_EQ(document.at("id"), "urn:ietf:params:scim:schemas:core:2.0:User");
    EXPECT_EQ(document.at("meta").at("location").as_string(),
            std::string(base_url) + "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User");
    const json::array& attributes = document.at("attributes").as_array();
    EXPECT_EQ(scimd::to_text(attribute_named(attributes, "userName")), compact(R"({
        "name": "userName", "type": "string", "multiValued": false,
        "description": "The name by which the user signs in; unique in the directory.",
        "required": true, "caseExact": false, "mutability": "readWrite", "returned": "default",
        "uniqueness": "server"
    })"));
    EXPECT_EQ(scimd::to_text(attribute_named(attributes, "active")), compact(R"({
        "name": "active", "type": "boolean", "multiValued": false,
        "description": "Whether the user may use the service.",
        "required": false, "mutability": "readWrite", "returned": "default"
    })"));
    const json::object& groups = attribute_named(attributes, "groups");
    EXPECT_EQ(groups.at("mutability"), "readOnly");
    EXPECT_FALSE(groups.contains("uniqueness"));
    EXPECT_EQ(scimd::to_text(attribute_named(groups.at("subAttributes").as_array(), "$ref")), compact(R"({
        "name": "$ref", "type": "reference", "multiValued": false, "description": "The group's location.",
        "required": false, "caseExact": true, "mutability": "readOnly", "returned": "default",
        "uniqueness": "none", "referenceTypes": ["Group"]
    })"));
    EXPECT_EQ(attribute_named(attributes, "password").at("mutability"), "writeOnly");
    EXPECT_EQ(attribute_named(attributes, "password").at("returned"), "never");
}

TEST(schema_document, names_types_and_keywords_as_the_rfc_does) {
    const json::object document = schema_document(*samples::device().base, base_url);
    const json::array& attributes = document.at("attributes").as_array();
    const auto shown = [&](std::string_view name, std::string_view member) {
        return std::string(attribute_named(attributes, name).at(member).as_string());
    };
    EXPECT_EQ(shown("cores", "type"), "integer");
    EXPECT_EQ(shown("weight", "type"), "decimal");
    EXPECT_EQ(shown("built", "type"), "dateTime");
    EXPECT_EQ(shown("key", "type"), "binary");
    EXPECT_EQ(shown("ports", "type"), "complex");
    EXPECT_EQ(shown("place", "mutability"), "immutable");
    EXPECT_EQ(shown("label", "returned"), "always");
    EXPECT_EQ(shown("notes", "returned"), "request");
    EXPECT_EQ(shown("serial", "uniqueness"), "global");
}

// A schema document can be loaded again and gives an equal schema.
TEST(schema_document, can_be_loaded_as_a_definition) {
    for (const schema* const each : samples::standard().schemas()) {
        json::object document = schema_document(*each, base_url);
        EXPECT_FALSE(holds_null(document)) << each->urn;
        const std::string text = scimd::to_text(document);
        const auto again = catalogue::load(std::array<embedded_file, 1>{{{"again.json", text}}});
        ASSERT_TRUE(again) << again.error().detail;
        EXPECT_EQ(scimd::to_text(schema_document(*again->schemas().front(), base_url)), text);
    }
}

}  // namespace
}  // namespace scimd::scim
