#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class rate_limit_test : public testing::Test {
protected:
    rate_limit_test() { fixture.server.directory_limits = &rates; }

    test::api_fixture fixture;
    service::rate_limiter rates{{.per_second = 1, .burst = 3}};
};

TEST_F(rate_limit_test, a_directory_over_its_rate_gets_retry_after) {
    for (const auto* remaining : {"2", "1", "0"}) {
        const auto served = fixture.scim("GET", "/Users");
        EXPECT_EQ(served.status, 200);
        EXPECT_EQ(served.header("X-Rate-Limit-Limit"), "3");
        EXPECT_EQ(served.header("X-Rate-Limit-Remaining"), remaining);
        EXPECT_EQ(served.header("Retry-After"), "");
        EXPECT_EQ(served.header("X-Rate-Limit-Retry-After-Seconds"), "");
    }
    const auto refused = fixture.scim("POST", "/Users", test::user_text("anna"));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("Content-Type"), "application/scim+json");
    EXPECT_EQ(refused.text_of("status"), "429");
    EXPECT_EQ(refused.text_of("detail"), "This directory has sent more requests than its rate limit allows.");
    EXPECT_EQ(refused.header("Retry-After"), "1");
    EXPECT_EQ(refused.header("X-Rate-Limit-Retry-After-Seconds"), "1");
    EXPECT_EQ(refused.header("X-Rate-Limit-Limit"), "3");
    EXPECT_EQ(refused.header("X-Rate-Limit-Remaining"), "0");
    EXPECT_EQ(refused.header("X-Rate-Limit-Reset"), "3");
    EXPECT_EQ(fixture.metrics.counter_of("scimd_rate_limited_total", "").value(), 1U);

    fixture.clock.advance(1s);
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("anna")).status, 201);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 429);
}

TEST_F(rate_limit_test, other_directories_and_the_management_api_are_not_counted) {
    for (int i = 0; i < 4; ++i)
        fixture.scim("GET", "/Users");
    ASSERT_EQ(fixture.scim("GET", "/Users").status, 429);
    const auto other = fixture.make_directory(fixture.organization);
    const auto token = fixture.make_token(other);
    const auto path = "/directory/" + other + "/scim/v2/Users";
    const auto bearer = "Bearer " + token;
    const auto served = fixture.call("GET", path, "", {{"Authorization", bearer}});
    EXPECT_EQ(served.status, 200);
    EXPECT_EQ(served.header("X-Rate-Limit-Remaining"), "2");
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations").header("X-Rate-Limit-Limit"), "");
}

// Otherwise anybody who knows the id of a directory could use up its rate.
TEST_F(rate_limit_test, a_request_without_a_valid_token_does_not_count) {
    for (int i = 0; i < 10; ++i) {
        const auto refused =
                fixture.call("GET", fixture.base() + "/Users", "", {{"Authorization", "Bearer nonsense"}});
        EXPECT_EQ(refused.status, 401);
        EXPECT_EQ(refused.header("X-Rate-Limit-Limit"), "");
    }
    EXPECT_EQ(fixture.scim("GET", "/Users").header("X-Rate-Limit-Remaining"), "2");
}

TEST_F(rate_limit_test, without_a_limit_there_are_no_rate_limit_headers) {
    fixture.server.directory_limits = nullptr;
    for (int i = 0; i < 10; ++i) {
        const auto served = fixture.scim("GET", "/Users");
        EXPECT_EQ(served.status, 200);
        EXPECT_EQ(served.header("X-Rate-Limit-Limit"), "");
    }
}

}  // namespace
}  // namespace scimd::api
