// Limits of the size of a body.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

constexpr std::size_t scim_bytes_max = 2'000;
constexpr std::size_t manage_bytes_max = 1'000;

// A body padded with insignificant spaces.
std::string padded(std::string text, std::size_t bytes) {
    text.resize(bytes, ' ');
    return text;
}

TEST(body_limits_test, default_body_limits_are_ten_mebibytes_and_one_mebibyte) {
    EXPECT_EQ(limits().scim_body_bytes_max, 10U * 1024 * 1024);
    EXPECT_EQ(limits().manage_body_bytes_max, 1024U * 1024);
}

TEST(body_limits_test, a_scim_body_is_accepted_up_to_its_limit) {
    test::api_fixture fixture(
            {.scim_body_bytes_max = scim_bytes_max, .manage_body_bytes_max = manage_bytes_max});
    const auto made = fixture.scim("POST", "/Users", padded(test::user_text("anna"), scim_bytes_max));
    ASSERT_EQ(made.status, 201);
    const auto path = "/Users/" + made.text_of("id");
    EXPECT_EQ(fixture.scim("PUT", path, padded(test::user_text("anna"), scim_bytes_max)).status, 200);
    const auto patch = R"({"Operations":[{"op":"remove","path":"title"}]})";
    EXPECT_EQ(fixture.scim("PATCH", path, padded(patch, scim_bytes_max)).status, 200);

    for (const auto& refused :
            {fixture.scim("POST", "/Users", padded(test::user_text("bert"), scim_bytes_max + 1)),
                    fixture.scim("PUT", path, padded(test::user_text("anna"), scim_bytes_max + 1)),
                    fixture.scim("PATCH", path, padded(patch, scim_bytes_max + 1))}) {
        EXPECT_EQ(refused.status, 413);
        EXPECT_EQ(refused.text_of("status"), "413");
    }
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 1);
}

TEST(body_limits_test, a_management_body_is_accepted_up_to_its_limit) {
    test::api_fixture fixture(
            {.scim_body_bytes_max = scim_bytes_max, .manage_body_bytes_max = manage_bytes_max});
    const auto* const path = "/api/v1/organizations";
    EXPECT_EQ(fixture.operate("POST", path, padded(R"({"display_name":"A"})", manage_bytes_max)).status, 201);
    const auto refused =
            fixture.operate("POST", path, padded(R"({"display_name":"A"})", manage_bytes_max + 1));
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(refused.body.at("code").as_int64(), 3);
}

TEST(body_limits_test, a_request_rejected_by_its_head_does_not_read_the_body) {
    test::api_fixture fixture(
            {.scim_body_bytes_max = scim_bytes_max, .manage_body_bytes_max = manage_bytes_max});
    const std::string huge(scim_bytes_max + 1, ' ');
    EXPECT_EQ(fixture.call("POST", fixture.base() + "/Users", huge).status, 401);
    EXPECT_EQ(fixture.call("POST", "/api/v1/organizations", huge).status, 401);
    EXPECT_EQ(fixture.scim("POST", "/Users", huge, {{"Content-Type", "text/plain"}}).status, 415);
    EXPECT_EQ(fixture.scim("POST", "/Unknown", huge).status, 404);
    EXPECT_EQ(fixture.scim("PATCH", "/Users/diruser_1", huge, {{"If-Match", "x"}}).status, 400);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/diruser_1", huge).status, 404);
}

}  // namespace
}  // namespace scimd::api
