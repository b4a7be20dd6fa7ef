// Bodies against the API's description.
#include "api/openapi.hpp"

#include "api/pipeline.hpp"
#include "sample_routes.hpp"
#include "support/api_fixture.hpp"
#include "support/openapi_description.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace scimd::api {
namespace {}  // namespace

// The handlers of sample_openapi.json, of whose operations the parsers alone are tested.
result<http::response> list_things(management_request&) {
    return http::response();
}

result<http::response> create_thing(management_request&, const create_thing_body&) {
    return http::response();
}

namespace {

class openapi_test : public testing::Test {
protected:
    // The row of the sample; nullptr: there is none.
    static const route* row_of(std::string_view method, std::string_view path) {
        const auto row = std::ranges::find_if(
                sample_routes, [&](const route& one) { return one.method == method && one.path == path; });
        return row == sample_routes.end() ? nullptr : &*row;
    }

    static std::string fault(std::string_view body) {
        const auto step = row_of("POST", "/things/{id}")->operation.prepare(parse_json(body).value());
        EXPECT_TRUE(step || step.error().code == errc::invalid_value);
        return step ? "none" : step.error().detail;
    }

    static result<void> check_query_of_things(target& where) {
        return check_query(row_of("GET", "/things")->operation.query, where);
    }
};

TEST_F(openapi_test, what_is_as_described_passes) {
    for (const auto* const body : {R"({"name":"ab"})",
                 R"({"name":"abcd","color":"red","size":1,"weight":1,"flag":true,"tags":["abc"],"metadata":{"a":"b"}})",
                 R"({"name":"äöüß","size":9,"weight":1.5,"tags":["a","b"],"inner":{"a":"b","c":1},"either":1})",
                 R"({"name":"ab","color":null,"size":null,"weight":null,"tags":null,"inner":null,"either":"x"})"})
        EXPECT_EQ(fault(body), "none") << body;
}

TEST_F(openapi_test, the_first_thing_that_is_not_is_told_with_its_name) {
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

TEST(write_whole_numbers, changes_doubles_without_a_fraction_at_any_depth) {
    auto value =
            json::value(parse_json_object(R"({"a":35.0,"b":[1.5,-2e3,{"c":1e30}],"d":"1.0","e":7})").value());
    EXPECT_TRUE(write_whole_numbers(value));
    EXPECT_EQ(value.at("a"), json::value(std::int64_t{35}));
    EXPECT_EQ(value.at("b").at(0), json::value(1.5));
    EXPECT_EQ(value.at("b").at(1), json::value(std::int64_t{-2000}));
    EXPECT_TRUE(value.at("b").at(2).at("c").is_double());
    EXPECT_FALSE(write_whole_numbers(value));
}

TEST_F(openapi_test, a_query_is_read_as_what_is_described) {
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
        const auto checked = check_query_of_things(where);
        EXPECT_EQ(checked ? "none" : checked.error().detail, detail) << text;
    }
}

TEST_F(openapi_test, a_whole_number_of_a_query_loses_its_fraction_of_zeros) {
    auto where = parse_target("/things?size=9.00&name=1.0").value();
    ASSERT_TRUE(check_query_of_things(where));
    EXPECT_EQ(where.parameter("size"), "9");
    EXPECT_EQ(where.parameter("name"), "1.0");
}

TEST_F(openapi_test, an_operation_without_a_described_body_takes_none) {
    EXPECT_TRUE(row_of("POST", "/things/{id}")->operation.takes_body);
    EXPECT_FALSE(row_of("GET", "/things")->operation.takes_body);
    EXPECT_FALSE(row_of("POST", "/things"));
}

// What is served says of every body what is in it, and takes nothing else.
TEST(served_description_test, every_body_that_is_described_is_strict) {
    int bodies = 0;
    for (const auto& row : routes()) {
        const auto* schema = test::served_description().body_schema(row.method, row.path);
        if (!schema)
            continue;
        ++bodies;
        const auto& object = test::served_description().resolved(*schema);
        EXPECT_EQ(object.at("type").as_string(), "object") << row.path;
        EXPECT_TRUE(find(object, "additionalProperties")) << row.path;
    }
    EXPECT_GE(bodies, 6);
}

TEST(served_description_test, a_body_that_is_not_as_described_does_not_reach_its_handler) {
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

TEST(served_description_test, it_is_served_as_json) {
    test::api_fixture fixture;
    const auto got = fixture.call("GET", "/openapi.json");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("Content-Type"), "application/json");
    EXPECT_EQ(got.text_of("openapi"), "3.1.0");
}

}  // namespace
}  // namespace scimd::api
