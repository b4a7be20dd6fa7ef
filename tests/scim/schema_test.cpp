#include "scim/schema/schema.hpp"

#include "sample_types.hpp"
#include "scim/schema/urn.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace scimd::scim {
namespace {

using samples::standard;

std::string reason_of(std::vector<embedded_file> files) {
    const auto loaded = catalogue::load(files);
    if (loaded)
        return "loaded";
    EXPECT_EQ(loaded.error().code, errc::invalid_value);
    return loaded.error().detail;
}

std::string schema_with(std::string_view attributes) {
    return R"({"id": "urn:example:Thing", "attributes": [)" + std::string(attributes) + "]}";
}

constexpr std::string_view thing = R"({"id": "urn:example:Thing", "attributes": [{"name": "size"}]})";
constexpr std::string_view thing_type =
        R"({"name": "Thing", "endpoint": "/Things", "idPrefix": "thing_", "schema": "urn:example:Thing"})";

TEST(catalogue, standard_has_users_and_groups) {
    EXPECT_EQ(standard().schemas().size(), 3U);
    EXPECT_EQ(standard().resource_types().size(), 2U);
    const resource_type* const user = standard().find_type("user");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->name, "User");
    EXPECT_EQ(user->endpoint, "/Users");
    EXPECT_EQ(user->id_prefix, "diruser_");
    EXPECT_EQ(user->base, standard().find_schema(urn::user));
    ASSERT_EQ(user->extensions.size(), 1U);
    EXPECT_EQ(user->extensions.front().definition, standard().find_schema(urn::enterprise_user));
    EXPECT_FALSE(user->extensions.front().is_required);
    const resource_type* const group = standard().find_endpoint("GROUPS");
    ASSERT_TRUE(group);
    EXPECT_EQ(group->id_prefix, "dirgroup_");
    EXPECT_FALSE(standard().find_endpoint("Device"));
    EXPECT_FALSE(standard().find_type("Users"));
}

// RFC 7643 §8.7.1 with its errata.
TEST(catalogue, standard_attributes_have_the_characteristics_of_the_rfc) {
    const schema& user = *samples::user().base;
    const attribute& name = *user.find("USERNAME");
    EXPECT_EQ(name.name, "userName");
    EXPECT_TRUE(name.is_required);
    EXPECT_FALSE(name.is_case_exact);
    EXPECT_EQ(name.uniqueness, uniqueness::server);
    EXPECT_EQ(user.find("password")->mutability, mutability::write_only);
    EXPECT_EQ(user.find("password")->returned, returned::never);
    EXPECT_EQ(user.find("groups")->mutability, mutability::read_only);
    EXPECT_EQ(user.find("groups")->find("$ref")->reference_types, std::vector<std::string>{"Group"});
    EXPECT_EQ(user.find("x509Certificates")->find("value")->type, attribute_type::binary);
    EXPECT_TRUE(user.find("profileUrl")->is_case_exact);
    EXPECT_EQ(user.find("emails")->find("TYPE")->canonical_values,
            (std::vector<std::string>{"work", "home", "other"}));
    const schema& group = *samples::group().base;
    EXPECT_TRUE(group.find("displayName")->is_required);
    EXPECT_EQ(group.find("members")->find("value")->mutability, mutability::immutable);
    EXPECT_EQ(group.find("members")->find("display")->mutability, mutability::read_write);
    const attribute& manager = *standard().find_schema(urn::enterprise_user)->find("manager");
    EXPECT_FALSE(manager.is_multi_valued);
    EXPECT_TRUE(manager.find("value")->is_case_exact);
    EXPECT_EQ(manager.find("displayName")->mutability, mutability::read_only);
}

TEST(catalogue, pointers_stay_valid_when_it_is_moved) {
    catalogue first = catalogue::standard();
    const resource_type* const user = first.find_type("User");
    const catalogue second = std::move(first);
    EXPECT_EQ(second.find_type("User"), user);
    EXPECT_EQ(second.find_schema(urn::user), user->base);
}

TEST(catalogue, characteristics_default_as_in_rfc_7643) {
    const catalogue types = catalogue::load(std::array<embedded_file, 1>{{{"t.json", thing}}}).value();
    const attribute& size = *types.find_schema("URN:EXAMPLE:THING")->find("size");
    EXPECT_EQ(size.type, attribute_type::string);
    EXPECT_FALSE(size.is_multi_valued);
    EXPECT_FALSE(size.is_required);
    EXPECT_FALSE(size.is_case_exact);
    EXPECT_EQ(size.mutability, mutability::read_write);
    EXPECT_EQ(size.returned, returned::by_default);
    EXPECT_EQ(size.uniqueness, uniqueness::none);
}

TEST(catalogue, types_may_come_before_their_schemas) {
    EXPECT_EQ(reason_of({{"type.json", thing_type}, {"thing.json", thing}}), "loaded");
}

TEST(catalogue, a_type_finds_its_schemas_by_urn) {
    const resource_type& device = samples::device();
    EXPECT_EQ(device.find_schema("URN:example:device"), device.base);
    EXPECT_EQ(device.find_schema(samples::warranty_urn), device.extensions[0].definition);
    EXPECT_TRUE(device.extensions[0].is_required);
    EXPECT_FALSE(device.extensions[1].is_required);
    EXPECT_FALSE(device.find_schema(urn::user));
}

TEST(catalogue, refuses_attributes_with_file_name_and_reason) {
    const struct {
        std::string_view attributes;
        std::string_view reason;
    } rows[] = {
            {R"({"name": "a", "type": "datetime"})", "a: 'type' has the unknown value 'datetime'."},
            {R"({"name": "a", "type": 7})", "a: 'type' must be a string."},
            {R"({"name": "a", "mutability": "readonly"})",
                    "a: 'mutability' has the unknown value 'readonly'."},
            {R"({"name": "a", "returned": "sometimes"})", "a: 'returned' has the unknown value 'sometimes'."},
            {R"({"name": "a", "uniqueness": "tenant"})", "a: 'uniqueness' has the unknown value 'tenant'."},
            {R"({"name": "a", "required": "true"})", "a: 'required' must be true or false."},
            {R"({"name": "a", "canonicalValues": "x"})", "a: 'canonicalValues' must be an array."},
            {R"({"name": "a", "canonicalValues": [1]})",
                    "a: 'canonicalValues' must hold strings of 1 to 1024 bytes."},
            {R"({"name": "a", "mutabilty": "readOnly"})", "a: unknown member 'mutabilty'."},
            {R"({"name": "1a"})", "1a: the name is not one that RFC 7643 allows."},
            {R"({"name": "a.b"})", "a.b: the name is not one that RFC 7643 allows."},
            {R"({"name": "$a"})", "$a: the name is not one that RFC 7643 allows."},
            {R"({"name": ""})", ": 'name' is missing or empty."},
            {R"({})", "(an attribute without name): 'name' is missing or empty."},
            {R"(7)", "every attribute must be an object."},
            {R"({"name": "a"}, {"name": "A"})", "A: the attribute is defined twice."},
            {R"({"name": "a", "required": true, "mutability": "readOnly"})",
                    "a: a required attribute cannot be readOnly: no client could give it."},
            {R"({"name": "a", "mutability": "writeOnly", "returned": "default"})",
                    "a: a writeOnly attribute must have 'returned' never."},
            {R"({"name": "a", "type": "boolean", "uniqueness": "server"})",
                    "a: a boolean or complex attribute cannot be unique."},
            {R"({"name": "a", "returned": "never", "uniqueness": "server"})",
                    "a: an attribute that is never returned is not kept, so it can be neither unique nor "
                    "immutable."},
            {R"({"name": "a", "returned": "never", "mutability": "immutable"})",
                    "a: an attribute that is never returned is not kept, so it can be neither unique nor "
                    "immutable."},
            {R"({"name": "a", "type": "complex"})", "a: a complex attribute needs subAttributes."},
            {R"({"name": "a", "subAttributes": [{"name": "b"}]})",
                    "a: only a complex attribute has subAttributes."},
            {R"({"name": "a", "referenceTypes": ["User"]})", "a: only a reference has referenceTypes."},
            {R"({"name": "a", "format": "colour"})", "a: 'format' has the unknown value 'colour'."},
            {R"({"name": "a", "type": "reference", "format": "country"})", "a: only a string has a format."},
            {R"({"name": "a", "type": "complex", "subAttributes": [
                {"name": "b", "type": "complex", "subAttributes": [{"name": "c"}]}]})",
                    "a.b: a complex attribute cannot stand inside a complex attribute."},
            {R"({"name": "a", "type": "complex", "subAttributes": [{"name": "b", "type": "text"}]})",
                    "a.b: 'type' has the unknown value 'text'."},
            {R"({"name": "a", "type": "complex", "subAttributes": [{"name": "b"}, {"name": "B"}]})",
                    "a.B: the attribute is defined twice."},
    };
    for (const auto& row : rows) {
        const std::string reason = reason_of({{"bad.json", schema_with(row.attributes)}});
        EXPECT_TRUE(reason.starts_with("bad.json: ")) << reason;
        EXPECT_TRUE(reason.ends_with(row.reason)) << reason;
    }
}

TEST(catalogue, refuses_files_that_are_no_definitions) {
    const struct {
        std::string_view content;
        std::string_view reason;
    } rows[] = {
            {R"({"name": "x"})", "bad.json: this is neither a schema nor a resource type."},
            {R"({"id": "urn:a", "attributes": [], "extra": 1})", "bad.json: unknown member 'extra'."},
            {R"({"attributes": []})", "bad.json: 'id' is missing or empty."},
            {R"({"id": "Thing", "attributes": []})", "bad.json: 'id' must be the URN of the schema."},
            {R"({"id": "urn:a b", "attributes": []})", "bad.json: 'id' must be the URN of the schema."},
            {R"({"id": "urn:a[b", "attributes": []})", "bad.json: 'id' must be the URN of the schema."},
            {R"({"id": "urn:a:", "attributes": []})", "bad.json: 'id' must be the URN of the schema."},
            {R"({"id": "urn:a", "attributes": {}})", "bad.json: 'attributes' must be an array."},
    };
    for (const auto& row : rows)
        EXPECT_EQ(reason_of({{"bad.json", row.content}}), row.reason);
    EXPECT_EQ(reason_of({{"bad.json", "[1]"}}), "bad.json[0]: a definition must be an object.");
    EXPECT_TRUE(reason_of({{"bad.json", "{"}}).starts_with("bad.json: "));
}

TEST(catalogue, refuses_a_schema_defined_twice) {
    EXPECT_EQ(reason_of({{"a.json", thing}, {"b.json", R"({"id": "URN:example:thing", "attributes": []})"}}),
            "b.json: URN:example:thing is defined twice.");
}

TEST(catalogue, refuses_resource_types_with_file_name_and_reason) {
    const struct {
        std::string_view content;
        std::string_view reason;
    } rows[] = {
            {R"({"endpoint": "/As", "idPrefix": "a_", "schema": "urn:example:Thing"})",
                    "'name' is missing or empty."},
            {R"({"name": "A", "endpoint": "As", "idPrefix": "a_", "schema": "urn:example:Thing"})",
                    "'endpoint' must be one path segment, such as \"/Users\"."},
            {R"({"name": "A", "endpoint": "/A/s", "idPrefix": "a_", "schema": "urn:example:Thing"})",
                    "'endpoint' must be one path segment, such as \"/Users\"."},
            {R"({"name": "A", "endpoint": "/schemas", "idPrefix": "a_", "schema": "urn:example:Thing"})",
                    "'endpoint' is one of the protocol's own."},
            {R"({"name": "A b", "endpoint": "/As", "schema": "urn:example:Thing"})",
                    "'name' must be letters, digits, '-' and '_'."},
            {R"({"name": "A", "endpoint": "/As", "idPrefix": "a", "schema": "urn:example:Thing"})",
                    "'idPrefix' must be lower-case letters and digits and an underscore."},
            {R"({"name": "A", "endpoint": "/As", "idPrefix": "a_", "schema": "urn:example:Other"})",
                    "there is no schema 'urn:example:Other'."},
            {R"({"name": "THING", "endpoint": "/As", "idPrefix": "a_", "schema": "urn:example:Thing"})",
                    "the resource type Thing has the endpoint /Things."},
            {R"({"name": "A", "endpoint": "/things", "idPrefix": "a_", "schema": "urn:example:Thing"})",
                    "the resource type Thing has this endpoint."},
            {R"({"name": "A", "endpoint": "/As", "idPrefix": "thing_", "schema": "urn:example:Thing"})",
                    "the resource type Thing has the idPrefix thing_."},
            {R"({"name": "A", "endpoint": "/As", "idPrefix": "a_", "schema": "urn:example:Thing",
             "schemaExtensions": [{"schema": "urn:example:Other"}]})",
                    "there is no schema 'urn:example:Other'."},
            {R"({"name": "A", "endpoint": "/As", "idPrefix": "a_", "schema": "urn:example:Thing",
             "schemaExtensions": [{"schema": "urn:example:Thing"}]})",
                    "urn:example:Thing is listed twice."},
            {R"({"name": "A", "endpoint": "/As", "idPrefix": "a_", "schema": "urn:example:Thing",
             "schemaExtensions": ["urn:example:Thing"]})",
                    "every schema extension must be an object."},
            {R"({"name": "A", "endpoint": "/As", "idPrefix": "a_", "schema": "urn:example:Thing", "path": ""})",
                    "unknown member 'path'."},
    };
    for (const auto& row : rows)
        EXPECT_EQ(reason_of({{"thing.json", thing}, {"type.json", thing_type}, {"bad.json", row.content}}),
                "bad.json: " + std::string(row.reason));
}

TEST(common_attributes, are_those_of_rfc_7643_section_3_1) {
    EXPECT_EQ(common_attributes().size(), 4U);
    EXPECT_EQ(find_common("ID")->returned, returned::always);
    EXPECT_EQ(find_common("ID")->mutability, mutability::read_only);
    EXPECT_EQ(find_common("schemas")->returned, returned::always);
    EXPECT_TRUE(find_common("externalid")->is_case_exact);
    EXPECT_EQ(find_common("meta")->find("lastmodified")->type, attribute_type::date_time);
    EXPECT_FALSE(find_common("userName"));
}

}  // namespace
}  // namespace scimd::scim
