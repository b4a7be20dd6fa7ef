// Bodies against the API's description.
#include "api/openapi.hpp"

#include "api/pipeline.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::api {
namespace {

constexpr std::string_view sample = R"({
    "paths": {"/things": {"get": {"parameters": [
        {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 9}},
        {"name": "flag", "in": "query", "schema": {"type": "boolean"}},
        {"name": "name", "in": "query", "schema": {"type": "string", "maxLength": 4}},
        {"name": "other", "in": "header", "schema": {"type": "integer"}},
        {"$ref": "#/components/parameters/color"}
    ]}}, "/things/{id}": {"post": {"requestBody": {"content": {"application/json": {"schema": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
            "name": {"type": "string", "minLength": 2, "maxLength": 4},
            "color": {"anyOf": [{"$ref": "#/components/schemas/Color"}, {"type": "null"}]},
            "size": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
            "weight": {"type": "number"},
            "flag": {"type": "boolean"},
            "tags": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string", "maxLength": 3}},
            "metadata": {"type": "object", "maxProperties": 2, "additionalProperties": {"type": "string"}},
            "inner": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            "either": {"type": ["string", "integer"]}
        }
    }}}}}}},
    "components": {
        "parameters": {"color": {"name": "color", "in": "query", "schema": {"$ref": "#/components/schemas/Color"}}},
        "schemas": {"Color": {"enum": ["red", "green"]}}}
})";

class openapi_test : public testing::Test {
protected:
    std::string fault(std::string_view body) const
    {
        const auto* schema = described.body_schema("POST", "/things/{id}");
        const auto checked = described.check(*schema, parse_json(body).value());
        EXPECT_TRUE(checked || checked.error().code == errc::invalid_value);
        return checked ? "none" : checked.error().detail;
    }

    const openapi_description described{sample};
};

TEST_F(openapi_test, what_is_as_described_passes)
{
    for (const auto* const body :
         {R"({"name":"ab"})",
          R"({"name":"abcd","color":"red","size":1,"weight":1,"flag":true,"tags":["abc"],"metadata":{"a":"b"}})",
          R"({"name":"äöüß","size":9,"weight":1.5,"tags":["a","b"],"inner":{"a":"b","c":1},"either":1})",
          R"({"name":"ab","color":null,"size":null,"weight":null,"tags":null,"inner":null,"either":"x"})"})
        EXPECT_EQ(fault(body), "none") << body;
}

TEST_F(openapi_test, the_first_thing_that_is_not_is_told_with_its_name)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"[]", "The body must be an object."},
        {"{}", "name is required."},
        {R"({"name":null})", "name is required."},
        {R"({"name":1})", "name must be a string."},
        {R"({"name":"a"})", "name must have 2 to 4 characters."},
        {R"({"name":"abcde"})", "name must have 2 to 4 characters."},
        {R"({"name":"ab\u0007"})", "name holds control characters or no valid Unicode."},
        {R"({"name":"ab","title":1})", "title is not a member of this request."},
        {R"({"name":"ab","other":null})", "other is not a member of this request."},
        {R"({"name":"ab","color":"blue"})", "color must be one of red, green."},
        {R"({"name":"ab","color":1})", "color must be one of red, green."},
        {R"({"name":"ab","size":0})", "size must be at least 1."},
        {R"({"name":"ab","size":10})", "size must be at most 9."},
        {R"({"name":"ab","size":1.5})", "size must be a whole number or null."},
        {R"({"name":"ab","size":"1"})", "size must be a whole number or null."},
        {R"({"name":"ab","weight":"1"})", "weight must be a number."},
        {R"({"name":"ab","flag":"true"})", "flag must be true or false."},
        {R"({"name":"ab","tags":"a"})", "tags must be an array."},
        {R"({"name":"ab","tags":[]})", "tags must have 1 to 2 elements."},
        {R"({"name":"ab","tags":["a","b","c"]})", "tags must have 1 to 2 elements."},
        {R"({"name":"ab","tags":["a","abcd"]})", "tags[1] must have at most 3 characters."},
        {R"({"name":"ab","tags":[null]})", "tags[0] must be a string."},
        {R"({"name":"ab","metadata":{"a":1}})", "metadata.a must be a string."},
        {R"({"name":"ab","metadata":{"\u0001":"a"}})",
         "metadata has a member whose name holds control characters or no valid Unicode."},
        {R"({"name":"ab","metadata":{"a":"","b":"","c":""}})", "metadata must have at most 2 members."},
        {R"({"name":"ab","inner":{}})", "inner.a is required."},
        {R"({"name":"ab","inner":[]})", "inner must be an object."},
        {R"({"name":"ab","either":true})", "either must be a string or a whole number."},
    };
    for (const auto& [body, detail] : rows)
        EXPECT_EQ(fault(body), detail) << body;
}

TEST(write_whole_numbers, changes_doubles_without_a_fraction_at_any_depth)
{
    auto value =
        json::value(parse_json_object(R"({"a":35.0,"b":[1.5,-2e3,{"c":1e30}],"d":"1.0","e":7})").value());
    EXPECT_TRUE(write_whole_numbers(value));
    EXPECT_EQ(value.at("a"), json::value(std::int64_t{35}));
    EXPECT_EQ(value.at("b").at(0), json::value(1.5));
    EXPECT_EQ(value.at("b").at(1), json::value(std::int64_t{-2000}));
    EXPECT_TRUE(value.at("b").at(2).at("c").is_double());
    EXPECT_FALSE(write_whole_numbers(value));
}

TEST_F(openapi_test, a_query_is_read_as_what_is_described)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"/things", "none"},
        {"/things?size=1&flag=True&color=red&other=x", "none"},
        {"/things?size=9&flag=FALSE", "none"},
        {"/things?SIZE=0", "size must be at least 1."},
        {"/things?size=9.0", "none"},
        {"/things?size=10.00", "size must be at most 9."},
        {"/things?size=9.", "size must be a whole number."},
        {"/things?size=10", "size must be at most 9."},
        {"/things?size=", "size must be a whole number."},
        {"/things?size=1.5", "size must be a whole number."},
        {"/things?size=99999999999999999999", "size must be a whole number."},
        {"/things?flag=yes", "flag must be true or false."},
        {"/things?color=blue", "color must be one of red, green."},
        {"/things?name=abcde", "name must have at most 4 characters."},
    };
    for (const auto& [text, detail] : rows) {
        auto where = parse_target(text).value();
        const auto checked = described.check_query("GET", "/things", where);
        EXPECT_EQ(checked ? "none" : checked.error().detail, detail) << text;
    }
}

TEST_F(openapi_test, a_whole_number_of_a_query_loses_its_fraction_of_zeros)
{
    auto where = parse_target("/things?size=9.00&name=1.0").value();
    ASSERT_TRUE(described.check_query("GET", "/things", where));
    EXPECT_EQ(where.parameter("size"), "9");
    EXPECT_EQ(where.parameter("name"), "1.0");
}

TEST_F(openapi_test, what_is_not_described_has_no_schema)
{
    EXPECT_FALSE(described.body_schema("GET", "/things/{id}"));
    EXPECT_FALSE(described.body_schema("POST", "/things"));
}

// What is served says of every body what is in it, and takes nothing else.
TEST(served_description_test, every_body_that_is_described_is_strict)
{
    int bodies = 0;
    for (const auto& row : routes()) {
        const auto* schema = served_description().body_schema(row.method, row.path);
        if (!schema)
            continue;
        ++bodies;
        const auto& object = served_description().resolved(*schema);
        EXPECT_EQ(object.at("type").as_string(), "object") << row.path;
        EXPECT_TRUE(find(object, "additionalProperties")) << row.path;
    }
    EXPECT_GE(bodies, 6);
}

TEST(served_description_test, a_body_that_is_not_as_described_does_not_reach_its_handler)
{
    test::api_fixture fixture;
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"{}", "display_name is required."},
        {"", "display_name is required."},
        {R"({"display_name":null})", "display_name is required."},
        {R"({"display_name":"A","displayName":"B"})", "displayName is not a member of this request."},
        {"{\"display_name\":\"\xff\"}",
         "The JSON text is refused at byte 17 (display_name): the text is not UTF-8."},
        {R"({"display_name":"a\u0000b"})",
         "The JSON text is refused at byte 25 (display_name): a string holds U+0000."},
    };
    for (const auto& [body, message] : rows) {
        const auto got = fixture.operate("POST", "/api/v1/organizations", body);
        EXPECT_EQ(got.status, 400) << body;
        EXPECT_EQ(got.text_of("message"), message) << body;
    }
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations").body.at("total_size").as_int64(), 1);
}

TEST(served_description_test, it_is_served_as_json)
{
    test::api_fixture fixture;
    const auto got = fixture.call("GET", "/openapi.json");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("Content-Type"), "application/json");
    EXPECT_EQ(got.text_of("openapi"), "3.1.0");
}

}  // namespace
}  // namespace scimd::api
