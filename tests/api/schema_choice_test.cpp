// The optional schemas of a directory.
#include "support/api_fixture.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::test {
namespace {

using texts = std::vector<std::string>;

constexpr std::string_view enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

class schema_choice : public testing::Test {
protected:
    answer choose(std::string_view schemas) {
        return fixture.operate("PATCH", "/api/v1/organizations/-/directories/" + fixture.directory,
                R"({"schemas":)" + std::string(schemas) + "}");
    }

    api_fixture fixture{sample_schemas()};
};

TEST_F(schema_choice, contains_every_schema_by_default) {
    const auto shown = fixture.operate("GET", "/api/v1/organizations/-/directories/" + fixture.directory);
    EXPECT_TRUE(shown.member("directory").at("schemas").is_null());
    EXPECT_EQ(fixture.scim("GET", "/ResourceTypes").resources("name"), (texts{"User", "Group", "Device"}));
    EXPECT_EQ(fixture.scim("GET", "/Schemas").body.at("totalResults"), 7);
}

TEST_F(schema_choice, controls_discovery_and_accepted_attributes) {
    const auto chosen = choose(R"(["URN:example:Place", "urn:example:Place"])");
    EXPECT_EQ(chosen.status, 200) << chosen.text;
    EXPECT_EQ(chosen.member("directory").at("schemas"), json::value{"urn:example:Place"});
    EXPECT_EQ(fixture.scim("GET", "/ResourceTypes").resources("name"), (texts{"User", "Group"}));
    EXPECT_EQ(fixture.scim("GET", "/Schemas").resources("id"),
            (texts{"urn:ietf:params:scim:schemas:core:2.0:User",
                    "urn:ietf:params:scim:schemas:core:2.0:Group", "urn:example:Place"}));
    EXPECT_EQ(fixture.scim("GET", "/Schemas/" + std::string(enterprise)).status, 404);
    EXPECT_EQ(fixture.scim("GET", "/Devices").status, 404);
    EXPECT_EQ(
            fixture.scim("GET", "/Users?filter=" + std::string(enterprise) + ":department+eq+%22x%22").status,
            400);

    const auto made = fixture.scim("POST", "/Users",
            user_text("anna", R"(,"urn:example:Place":{"floor":1},")" + std::string(enterprise) +
                                      R"(":{"department":"d"})"));
    EXPECT_EQ(made.status, 201);
    EXPECT_TRUE(made.body.contains("urn:example:Place"));
    EXPECT_FALSE(made.body.contains(enterprise));
    const auto patched = fixture.patch("/Users/" + made.text_of("id"),
            R"([{"op":"add","path":")" + std::string(enterprise) + R"(:department","value":"d"}])");
    EXPECT_EQ(patched.status, 400);
    EXPECT_EQ(patched.text_of("scimType"), "invalidPath");
}

TEST_F(schema_choice, may_be_empty_or_complete_again) {
    EXPECT_EQ(choose("[]").member("directory").at("schemas"), json::array());
    EXPECT_EQ(fixture.scim("GET", "/Schemas").body.at("totalResults"), 2);
    EXPECT_TRUE(choose("null").member("directory").at("schemas").is_null());
    EXPECT_EQ(fixture.scim("GET", "/Schemas").body.at("totalResults"), 7);
}

TEST_F(schema_choice, is_set_at_the_creation_of_the_directory) {
    const auto path = "/api/v1/organizations/" + fixture.organization + "/directories";
    const auto made =
            fixture.operate("POST", path, R"({"schemas":["urn:example:Device","urn:example:Warranty"]})");
    ASSERT_EQ(made.status, 201) << made.text;
    fixture.directory = std::string(made.member("directory").at("id").as_string());
    fixture.token = fixture.make_token(fixture.directory);
    EXPECT_EQ(fixture.scim("GET", "/ResourceTypes").resources("name"), (texts{"User", "Group", "Device"}));
    EXPECT_EQ(fixture.scim("GET", "/ResourceTypes/Device").body.at("schemaExtensions").as_array().size(), 1U);
}

TEST_F(schema_choice, rejects_schemas_that_are_not_optional) {
    const struct {
        std::string_view schemas;
        std::string_view message;
    } rows[] = {
            {R"(["urn:example:None"])",
                    "schemas: 'urn:example:None' is no schema that a directory can choose."},
            {R"(["urn:ietf:params:scim:schemas:core:2.0:User"])",
                    "schemas: 'urn:ietf:params:scim:schemas:core:2.0:User' is no schema that a directory can "
                    "choose."},
            {R"("urn:example:Place")", "schemas must be an array or null."},
            {R"([1])", "schemas[0] must be a string."},
    };
    for (const auto& row : rows) {
        const auto refused = choose(row.schemas);
        EXPECT_EQ(refused.status, row.message.ends_with("choose.") ? 404 : 400) << row.schemas;
        EXPECT_EQ(refused.text_of("message"), row.message);
    }
    EXPECT_EQ(fixture.scim("GET", "/Schemas").body.at("totalResults"), 7);
}

// The data of a removed schema is hidden but not lost.
TEST_F(schema_choice, removing_a_schema_hides_its_data_until_it_is_added_again) {
    const auto id = fixture.make_user("anna", R"(,"title":"t","urn:example:Place":{"floor":1},")" +
                                                      std::string(enterprise) + R"(":{"department":"d"})");
    const auto place = "/Users/" + id;
    const auto whole = fixture.scim("GET", place).body;
    ASSERT_TRUE(whole.contains("urn:example:Place"));

    choose("[]");
    const auto hidden = fixture.scim("GET", place);
    EXPECT_EQ(hidden.body.at("schemas"), json::value{"urn:ietf:params:scim:schemas:core:2.0:User"});
    EXPECT_FALSE(hidden.body.contains("urn:example:Place"));
    EXPECT_FALSE(hidden.body.contains(enterprise));
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("Resources").at(0), json::value(hidden.body));

    EXPECT_EQ(fixture.patch(place, R"([{"op":"replace","path":"title","value":"u"}])").status, 200);
    const auto event = fixture.events().back();
    EXPECT_FALSE(event.at("data").at("raw_attributes").as_object().contains("urn:example:Place"));
    EXPECT_FALSE(fixture.patch(place, R"([{"op":"replace","path":"title","value":"u"}])")
                    .body.contains(enterprise));

    choose("null");
    const auto back = fixture.scim("GET", place).body;
    EXPECT_EQ(back.at("schemas").as_array().size(), 3U);
    EXPECT_EQ(back.at("urn:example:Place"), whole.at("urn:example:Place"));
    EXPECT_EQ(back.at(enterprise), whole.at(enterprise));
    EXPECT_EQ(back.at("title"), "u");
}

TEST_F(schema_choice, applies_to_one_directory) {
    choose("[]");
    fixture.directory = fixture.make_directory(fixture.organization);
    fixture.token = fixture.make_token(fixture.directory);
    EXPECT_EQ(fixture.scim("GET", "/Schemas").body.at("totalResults"), 7);
}

}  // namespace
}  // namespace scimd::test
