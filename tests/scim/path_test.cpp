#include "scim/filter/path.hpp"

#include "sample_types.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace scimd::scim {
namespace {

TEST(path, is_printed_in_canonical_spelling) {
    const struct {
        std::string_view text;
        std::string_view canonical;
    } rows[] = {
            {"userName", "userName"},
            {"USERNAME", "userName"},
            {"name.FamilyName", "name.familyName"},
            {"emails.value", "emails.value"},
            {"groups.$ref", "groups.$ref"},
            {"id", "id"},
            {"meta.lastmodified", "meta.lastModified"},
            {"schemas", "schemas"},
            {"urn:ietf:params:scim:schemas:core:2.0:User:userName", "userName"},
            {"URN:IETF:params:scim:schemas:core:2.0:user:NAME.givenName", "name.givenName"},
            {"urn:ietf:params:scim:schemas:core:2.0:User:externalId", "externalId"},
            {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:Department",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"},
            {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"},
            // Entra separates URN and name by a dot.
            {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager.value",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"},
            // Entra's probe of managers leaves out the URN.
            {"manager", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"},
    };
    for (const auto& row : rows) {
        const auto parsed = parse_path(row.text, samples::user());
        ASSERT_TRUE(parsed) << row.text;
        EXPECT_EQ(to_text(*parsed), row.canonical);
        EXPECT_TRUE(parse_path(to_text(*parsed), samples::user()) == parsed);
    }
}

TEST(path, points_to_the_named_attributes) {
    const auto name = parse_path("name.givenName", samples::user());
    ASSERT_TRUE(name);
    EXPECT_EQ(name->extension, nullptr);
    EXPECT_EQ(name->attribute, samples::user().base->find("name"));
    EXPECT_EQ(&name->leaf(), samples::user().base->find("name")->find("givenName"));
    const auto department = parse_path("department", samples::user());
    ASSERT_TRUE(department);
    EXPECT_EQ(department->extension, samples::user().extensions.front().definition);
    EXPECT_EQ(department->sub_attribute, nullptr);
}

TEST(path, refuses_unknown_names) {
    constexpr std::string_view paths[] = {
            "",
            ".",
            "userName.",
            ".userName",
            "userName.value",
            "name.nope",
            "name.givenName.x",
            "nope",
            " userName",
            "userName ",
            "emails[type eq \"work\"]",
            "urn:ietf:params:scim:schemas:core:2.0:User:",
            "urn:ietf:params:scim:schemas:core:2.0:User:department",
            "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:id",
            "urn:example:nope:userName",
    };
    for (const std::string_view text : paths) {
        const auto parsed = parse_path(text, samples::user());
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, errc::invalid_path);
    }
}

TEST(path, error_quotes_the_unknown_name) {
    EXPECT_EQ(parse_path("nope", samples::user()).error().detail, "There is no attribute 'nope'.");
}

TEST(path, error_quotes_at_most_64_bytes_of_whole_characters) {
    const std::string fits(64, 'x');
    EXPECT_EQ(parse_path(fits, samples::user()).error().detail, "There is no attribute '" + fits + "'.");
    const std::string umlaut = std::string(63, 'x') + "\u00fc";
    EXPECT_EQ(parse_path(umlaut, samples::user()).error().detail,
            "There is no attribute '" + std::string(63, 'x') + "...'.");
}

TEST(path, the_urn_of_a_schema_alone_is_refused) {
    EXPECT_EQ(parse_path(samples::warranty_urn, samples::device()).error().detail,
            "'urn:example:Device:Warranty' names a schema, not an attribute.");
}

TEST(path, longest_urn_decides) {
    const auto parsed = parse_path("urn:example:Device:Warranty:until", samples::device());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->extension, samples::device().extensions[0].definition);
    EXPECT_TRUE(parse_path("urn:example:Device:serial", samples::device()));
}

TEST(path, longest_urn_decides_even_if_it_is_the_base) {
    static constexpr std::array<embedded_file, 3> files = {{
            {"part.json", R"({"id": "urn:example:Device:Part", "attributes": [{"name": "size"}]})"},
            {"device.json", R"({"id": "urn:example:Device", "attributes": [{"name": "model"}]})"},
            {"type.json", R"({
            "name": "Part", "endpoint": "/Parts", "idPrefix": "part_", "schema": "urn:example:Device:Part",
            "schemaExtensions": [{"schema": "urn:example:Device"}]
        })"},
    }};
    const catalogue types = catalogue::load(files).value();
    const resource_type& part = *types.find_type("Part");
    EXPECT_EQ(to_text(parse_path("urn:example:Device:Part:size", part).value()), "size");
    EXPECT_EQ(to_text(parse_path("urn:example:Device:model", part).value()), "urn:example:Device:model");
}

TEST(path, unqualified_name_of_two_extensions_is_ambiguous) {
    EXPECT_TRUE(parse_path("lender", samples::device()));
    EXPECT_FALSE(parse_path("vendor", samples::device()));
}

}  // namespace
}  // namespace scimd::scim
