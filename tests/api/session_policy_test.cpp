// Session policies, in Scalekit's shape.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::api {
namespace {

class session_policy_test : public testing::Test {
protected:
    test::answer set(std::string_view body) { return fixture.operate("PATCH", path, body); }
    json::object shown() { return fixture.operate("GET", path).member("policy"); }

    test::api_fixture fixture;
    const std::string owner = "/api/v1/organizations/" + fixture.organization;
    const std::string path = owner + "/session-policy";
    const json::object of_application{{"policy_source", "APPLICATION"}};
};

TEST_F(session_policy_test, it_is_the_application_s_until_it_is_set) {
    EXPECT_EQ(fixture.operate("GET", path).text, R"({"policy":{"policy_source":"APPLICATION"}})");
    const auto got = fixture.operate("GET", owner + "/application-session-policy");
    EXPECT_EQ(got.text,
            R"({"application_policy":{"absolute_session_timeout":480,"absolute_session_timeout_unit":"MINUTES",)"
            R"("idle_session_timeout_enabled":false,"idle_session_timeout":0,"access_token_expiry":5}})");
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations/org_1/application-session-policy").status, 404);
}

TEST_F(session_policy_test, a_custom_policy_is_kept_in_minutes) {
    const auto got = set(
            R"({"policy_source":"CUSTOM","absolute_session_timeout":2,"absolute_session_timeout_unit":"DAYS",)"
            R"("idle_session_timeout_enabled":true,"idle_session_timeout":3,"idle_session_timeout_unit":"HOURS"})");
    ASSERT_EQ(got.status, 200) << got.text;
    const json::object expected{{"policy_source", "CUSTOM"}, {"absolute_session_timeout", 2880},
            {"absolute_session_timeout_unit", "MINUTES"}, {"idle_session_timeout_enabled", true},
            {"idle_session_timeout", 180}, {"idle_session_timeout_unit", "MINUTES"}};
    EXPECT_EQ(got.member("policy"), expected);
    EXPECT_EQ(shown(), expected);
    EXPECT_EQ(set(R"({"policy_source":"CUSTOM","absolute_session_timeout":300})").status, 200);
    EXPECT_EQ(shown().at("absolute_session_timeout"), 300);
    EXPECT_EQ(shown().at("idle_session_timeout"), 180) << "what is not named stays";
    set(R"({"policy_source":"CUSTOM","idle_session_timeout_enabled":false})");
    EXPECT_EQ(shown().at("idle_session_timeout_enabled"), false);
    EXPECT_FALSE(shown().contains("idle_session_timeout"));
    set(R"({"policy_source":"APPLICATION","absolute_session_timeout":300})");
    EXPECT_EQ(shown(), of_application);
}

TEST_F(session_policy_test, values_are_checked_and_nothing_of_a_refused_one_is_kept) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {R"({"policy_source":"CUSTOM"})", "absolute_session_timeout is required of a CUSTOM policy."},
            {R"({"policy_source":"CUSTOM","absolute_session_timeout":5})",
                    "absolute_session_timeout must be a time of 6 minutes to 365 days."},
            {R"({"policy_source":"CUSTOM","absolute_session_timeout":366,"absolute_session_timeout_unit":"DAYS"})",
                    "absolute_session_timeout must be a time of 6 minutes to 365 days."},
            {R"({"policy_source":"CUSTOM","absolute_session_timeout":8761,"absolute_session_timeout_unit":"HOURS"})",
                    "absolute_session_timeout must be a time of 6 minutes to 365 days."},
            {R"({"policy_source":"CUSTOM","absolute_session_timeout":525601})",
                    "absolute_session_timeout must be at most 525600."},
            {R"({"policy_source":"CUSTOM","absolute_session_timeout":60,"idle_session_timeout_enabled":true})",
                    "idle_session_timeout is required when idle_session_timeout_enabled is true."},
            {R"({"policy_source":"CUSTOM","absolute_session_timeout":60,"idle_session_timeout_enabled":true,)"
             R"("idle_session_timeout":61})",
                    "idle_session_timeout must not be longer than absolute_session_timeout."},
    };
    for (const auto& [body, message] : rows) {
        const auto got = set(body);
        EXPECT_EQ(got.status, 400) << body;
        EXPECT_EQ(got.text_of("message"), message) << body;
    }
    for (const auto* const body : {"{}", R"({"policy_source":"NONSENSE"})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":60,"nonsense":"x"})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":"60"})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":60,"absolute_session_timeout_unit":"YEARS"})"})
        EXPECT_EQ(set(body).status, 400) << body;
    EXPECT_EQ(shown(), of_application);
    for (const auto* const body : {R"({"policy_source":"CUSTOM","absolute_session_timeout":6})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":365,"absolute_session_timeout_unit":"DAYS"})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":1,"absolute_session_timeout_unit":"HOURS"})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":8760,"absolute_session_timeout_unit":"HOURS"})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":525600})",
                 R"({"policy_source":"CUSTOM","absolute_session_timeout":60,"idle_session_timeout_enabled":true,)"
                 R"("idle_session_timeout":60})"})
        EXPECT_EQ(set(body).status, 200) << body;
}

}  // namespace
}  // namespace scimd::api
