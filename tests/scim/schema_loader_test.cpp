#include "scim/schema/schema_loader.hpp"

#include "scim/schema/schema_reader.hpp"
#include "scim/schema/urn.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace scimd::scim {
namespace {

constexpr std::string_view badge_urn = "urn:example:params:scim:schemas:extension:badge:2.0:User";

std::string schema_text(std::string_view urn, std::string_view attributes = R"({"name": "number"})") {
    return R"({"id": ")" + std::string(urn) + R"(", "attributes": [)" + std::string(attributes) + "]}";
}

std::string type_text(std::string_view name, std::string_view base, std::string_view more = "") {
    return R"({"name": ")" + std::string(name) + R"(", "endpoint": "/)" + std::string(name) +
           R"(s", "schema": ")" + std::string(base) + R"(")" + std::string(more) + "}";
}

std::string extensions(std::string_view urns) {
    return R"(, "schemaExtensions": [)" + std::string(urns) + "]";
}

catalogue loaded(const std::vector<definition_file>& files) {
    auto made = extend_standard(files);
    EXPECT_TRUE(made.types) << (made.errors.empty() ? "" : made.errors.front());
    return std::move(made.types).value();
}

using texts = std::vector<std::string>;

texts mistakes_of(const std::vector<definition_file>& files) {
    const auto made = extend_standard(files);
    EXPECT_EQ(made.types.has_value(), made.errors.empty());
    return made.errors;
}

texts extensions_of(const catalogue& types, std::string_view name) {
    texts urns;
    for (const extension& each : types.find_type(name)->extensions)
        urns.push_back((each.is_required ? "!" : "") + each.definition->urn);
    return urns;
}

TEST(extend_standard, without_files_is_the_standard_catalogue) {
    const catalogue types = loaded({});
    EXPECT_EQ(types.schemas().size(), 3U);
    EXPECT_EQ(types.resource_types().size(), 2U);
    EXPECT_TRUE(types.find_type("User")->is_built_in);
    EXPECT_TRUE(types.find_schema(urn::user)->is_built_in);
}

TEST(extend_standard, a_resource_type_named_user_adds_its_extensions) {
    const std::string user = R"({"name": "User", "endpoint": "/Users", "schema": ")" +
                             std::string(urn::user) +
                             R"(", "schemaExtensions": [{"schema": "urn:example:Badge", "required": true}]})";
    const catalogue types = loaded({{"a.json", user}, {"b.json", schema_text("urn:example:Badge")}});
    EXPECT_EQ(extensions_of(types, "User"), (texts{std::string(urn::enterprise_user), "!urn:example:Badge"}));
    EXPECT_FALSE(types.find_schema("urn:example:Badge")->is_built_in);
    EXPECT_TRUE(types.find_type("User")->is_built_in);
}

TEST(extend_standard, an_unlisted_schema_extends_the_type_in_its_urn) {
    const catalogue types =
            loaded({{"a.json", schema_text(badge_urn)}, {"b.json", schema_text("urn:example:room:group")}});
    EXPECT_EQ(
            extensions_of(types, "User"), (texts{std::string(urn::enterprise_user), std::string(badge_urn)}));
    EXPECT_EQ(extensions_of(types, "Group"), texts{"urn:example:room:group"});
}

TEST(extend_standard, a_listed_schema_is_attached_to_its_type_only) {
    const catalogue types = loaded({
            {"a.json", schema_text("urn:example:Device:User")},
            {"b.json", type_text("Device", "urn:example:Device:User")},
    });
    EXPECT_EQ(extensions_of(types, "User"), texts{std::string(urn::enterprise_user)});
}

TEST(extend_standard, a_file_may_hold_one_definition_a_list_or_a_list_response) {
    const std::string pair =
            "[" + type_text("Device", "urn:example:Device") + "," + schema_text("urn:example:Device") + "]";
    const std::string response =
            R"({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 2, "Resources": )" +
            pair + "}";
    for (const std::string& content : {pair, response}) {
        const catalogue types = loaded({{"a.json", content}});
        ASSERT_TRUE(types.find_endpoint("devices"));
        EXPECT_EQ(types.find_type("Device")->base, types.find_schema("urn:example:Device"));
    }
}

// Many servers answer /Schemas with their own schemas and those of RFC 7643, including common attributes.
TEST(extend_standard, the_schemas_response_of_another_server_is_accepted) {
    const std::string answer = R"({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 4, "Resources": [
            {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "name": "User",
             "id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [{"name": "userName"}]},
            {"id": "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig", "attributes": [{"name": "patch"}]},
            {"id": "urn:ietf:params:scim:schemas:core:2.0:Schema", "attributes": [{"name": "attributes"}]},
            {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:badge:2.0:User",
             "name": "Badge", "description": "A badge", "meta": {"resourceType": "Schema"},
             "attributes": [{"name": "id", "mutability": "readOnly", "returned": "always"},
                            {"name": "externalId"}, {"name": "Meta", "type": "complex", "subAttributes": [{"name": "version"}]},
                            {"name": "number"}]}
        ]})";
    const catalogue types = loaded({{"answer.json", answer}});
    const schema* const badge = types.find_schema("urn:example:badge:2.0:User");
    ASSERT_TRUE(badge);
    ASSERT_EQ(badge->attributes.size(), 1U);
    EXPECT_EQ(badge->attributes.front().name, "number");
    EXPECT_TRUE(types.find_type("User")->find_schema("urn:example:badge:2.0:User"));
    EXPECT_EQ(types.schemas().size(), 4U);
    EXPECT_TRUE(types.find_schema(urn::user)->find("name"));
}

TEST(extend_standard, prefixes_of_ids_are_given_or_derived) {
    const catalogue types = loaded({
            {"a.json", schema_text("urn:example:A")},
            {"b.json", type_text("Key-Card2", "urn:example:A")},
            {"c.json", type_text("Lock", "urn:example:A", R"(, "idPrefix": "lock_")")},
    });
    EXPECT_EQ(types.find_type("Key-Card2")->id_prefix, "dirkeycard2_");
    EXPECT_EQ(types.find_type("Lock")->id_prefix, "lock_");
}

TEST(extend_standard, references_have_the_endpoints_of_their_targets) {
    const catalogue types = loaded({
            {"a.json", schema_text("urn:example:A", R"({"name": "owner", "type": "reference",
                                                 "referenceTypes": ["User", "uri", "Lock"]})")},
            {"c.json", type_text("Lock", "urn:example:A")},
    });
    const auto& targets = types.find_schema("urn:example:A")->find("owner")->references;
    ASSERT_EQ(targets.size(), 2U);
    EXPECT_EQ(targets[0].id_prefix + targets[0].endpoint, "diruser_/Users");
    EXPECT_EQ(targets[1].id_prefix + targets[1].endpoint, "dirlock_/Locks");
}

TEST(extend_standard, write_only_attributes_are_never_returned) {
    const catalogue types =
            loaded({{"a.json", schema_text(badge_urn, R"({"name": "pin", "mutability": "writeOnly"})")}});
    EXPECT_EQ(types.find_schema(badge_urn)->find("pin")->returned, returned::never);
}

TEST(extend_standard, reports_all_errors_at_once) {
    const std::string user = R"({"name": "User", "endpoint": "/People", "schema": "urn:example:Person",
                                 "idPrefix": "u_", "schemaExtensions": [{"schema": "urn:example:None"}]})";
    EXPECT_EQ(mistakes_of({
                      {"a.json", schema_text(badge_urn,
                                         R"({"name": "a", "type": "text"}, {"name": "b", "type": "complex",
                "subAttributes": [{"name": "c", "required": "yes"}, {"name": "d", "mutable": true}]})")},
                      {"b.json", "{"},
                      {"c.json", user},
              }),
            (texts{
                    "a.json: a: 'type' has the unknown value 'text'.",
                    "a.json: b.c: 'required' must be true or false.",
                    "a.json: b.d: unknown member 'mutable'.",
                    "b.json: The JSON text is refused at byte 1: incomplete JSON.",
                    "c.json: the resource type User has the endpoint /Users.",
                    "c.json: the resource type User has the schema "
                    "urn:ietf:params:scim:schemas:core:2.0:User.",
                    "c.json: the resource type User has the idPrefix diruser_.",
                    "c.json: there is no schema 'urn:example:None'.",
            }));
}

TEST(extend_standard, refuses_contradictory_definitions) {
    const struct {
        std::vector<definition_file> files;
        std::string mistake;
    } rows[] = {
            {{{"a.json", schema_text("urn:example:Lone")}},
                    "a.json: no resource type has the schema urn:example:Lone; list it in the "
                    "schemaExtensions of one."},
            {{{"a.json", schema_text(urn::user)}},
                    "a.json: urn:ietf:params:scim:schemas:core:2.0:User is defined twice."},
            {{{"a.json", type_text("Team", urn::group)}},
                    "a.json: only the resource type Group can have the schema "
                    "urn:ietf:params:scim:schemas:core:2.0:Group."},
            {{{"a.json", schema_text(badge_urn,
                                 R"({"name": "o", "type": "reference", "referenceTypes": ["Printer"]})")}},
                    "a.json: o: 'referenceTypes' names 'Printer', which is no resource type."},
            {{{"a.json", schema_text(badge_urn, R"({"name": "c", "type": "complex", "subAttributes": [
                {"name": "o", "type": "reference", "referenceTypes": ["user", "Printer"]}]})")}},
                    "a.json: c.o: 'referenceTypes' names 'Printer', which is no resource type."},
            {{{"a.json", schema_text("urn:example:A")}, {"b.json", type_text("App", "urn:example:A")},
                     {"c.json", type_text("Ap-p", "urn:example:A")}},
                    "c.json: the resource type App has the idPrefix dirapp_."},
            {{{"a.json", schema_text("urn:example:A")},
                     {"b.json", type_text("App", "urn:example:A", R"(, "idPrefix": "diruser_")")}},
                    "b.json: the resource type User has the idPrefix diruser_."},
            {{{"a.json", "[" + schema_text("urn:example:A") + R"(, {"name": "x"}])"},
                     {"b.json", type_text("App", "urn:example:A")}},
                    "a.json[1]: this is neither a schema nor a resource type."},
            {{{"a.json", schema_text(badge_urn)},
                     {"b.json", R"({"name": "User", "endpoint": "/Users", "schema": ")" +
                                        std::string(urn::user) + "\"" +
                                        extensions(R"({"schema": ")" + std::string(badge_urn) +
                                                   R"("}, {"schema": ")" + std::string(badge_urn) + R"("})") +
                                        "}"}},
                    "b.json: " + std::string(badge_urn) + " is listed twice."},
    };
    for (const auto& row : rows)
        EXPECT_EQ(mistakes_of(row.files), texts{row.mistake});
}

std::string many(std::size_t count, const std::string& begin, const std::string& end) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text.append(i == 0 ? "" : ",").append(begin).append(std::to_string(i)).append(end);
    return text;
}

TEST(extend_standard, limits_hold_on_both_sides) {
    const auto attributes = [](std::size_t count) {
        return definition_file{"a.json", schema_text(badge_urn, many(count, R"({"name": "a)", R"("})"))};
    };
    EXPECT_EQ(mistakes_of({attributes(attributes_max)}), texts{});
    EXPECT_EQ(mistakes_of({attributes(attributes_max + 1)}),
            texts{"a.json: 'attributes' has more than 500 elements."});

    const auto schemas = [](std::size_t count) {
        return definition_file{
                "a.json",
                "[" + many(count, R"({"attributes": [], "id": "urn:example:)", R"(:User"})") + "]",
        };
    };
    EXPECT_EQ(mistakes_of({schemas(extensions_max - 1)}), texts{});
    EXPECT_EQ(mistakes_of({schemas(extensions_max)}), texts{"a.json[63]: User has more than 64 extensions."});

    const auto types = [](std::size_t count) {
        std::string all = schema_text("urn:example:A");
        for (std::size_t i = 0; i < count; ++i)
            all += "," + type_text("A" + std::to_string(i), "urn:example:A");
        return definition_file{"a.json", "[" + all + "]"};
    };
    EXPECT_EQ(mistakes_of({types(resource_types_max - 2)}), texts{});
    EXPECT_EQ(mistakes_of({types(resource_types_max - 1)}),
            texts{"a.json[127]: there are more than 128 resource types."});

    EXPECT_EQ(mistakes_of(std::vector<definition_file>(definition_files_max, {"a", "[]"})), texts{});
    EXPECT_EQ(mistakes_of(std::vector<definition_file>(definition_files_max + 1, {"a", "[]"})),
            texts{"There are more than 256 files."});
    EXPECT_EQ(mistakes_of({{"a", std::string(definition_file_bytes_max - 2, ' ') + "[]"}}), texts{});
    EXPECT_EQ(mistakes_of({{"a", std::string(definition_file_bytes_max - 1, ' ') + "[]"}}),
            texts{"a: the file is longer than 1048576 bytes."});
}

TEST(extend_standard, errors_are_reported_up_to_a_limit) {
    const auto broken = [](std::size_t count) {
        return mistakes_of(
                {{"a.json", schema_text(badge_urn, many(count, R"({"type": "x", "name": "a)", R"("})"))}});
    };
    EXPECT_EQ(broken(100).size(), 100U);
    EXPECT_EQ(broken(300).size(), 101U);
    EXPECT_EQ(broken(300).back(), "There are more mistakes than these.");
}

}  // namespace
}  // namespace scimd::scim
