// The domain gate, as seen by clients and operators.
#include "service/request_log/error_hints.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::api {
namespace {

class domain_gate_test : public testing::Test {
protected:
    test::answer create(std::string_view name, std::string_view address) {
        const auto text = R"({"userName":")" + std::string(name) +
                          R"(","emails":[{"primary":true,"value":")" + std::string(address) + R"("}]})";
        return fixture.scim("POST", "/Users", text);
    }

    json::array refusals() {
        return fixture.operate("GET", directory_path() + "/refusals?status=open")
                .body.at("refusals")
                .as_array();
    }

    [[nodiscard]] std::string directory_path() const {
        return "/api/v1/organizations/-/directories/" + fixture.directory;
    }

    test::api_fixture fixture;
};

TEST_F(domain_gate_test, a_refusal_is_a_scim_error_that_names_the_domain_and_is_recorded) {
    const auto refused = create("eve", "eve@evil.test");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.text_of("scimType"), "invalidValue");
    EXPECT_NE(refused.text_of("detail").find("evil.test"), std::string::npos);
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 0);

    fixture.clock.advance(std::chrono::hours(1));
    create("eve", "eve@evil.test");
    const auto listed = refusals();
    ASSERT_EQ(listed.size(), 1U);
    const json::object expected{{"id", listed[0].at("id")}, {"preferred_username", "eve"}, {"dp_id", ""},
            {"domain", "evil.test"}, {"address", "eve@evil.test"}, {"user_id", ""},
            {"reason", "domain_not_verified"}, {"severity", "ERROR"}, {"detail", refused.text_of("detail")},
            {"fix", service::how_to_fix("domain_not_verified")}, {"count", 2},
            {"first_refused_at", "2026-01-02T03:04:05.000000Z"},
            {"last_refused_at", "2026-01-02T04:04:05.000000Z"}, {"status", "OPEN"}};
    EXPECT_EQ(listed[0], expected) << to_text(listed[0]);
    EXPECT_EQ(fixture.event_types(), std::vector<std::string>{"user_rejected"});
}

TEST_F(domain_gate_test, refusals_have_distinct_reasons) {
    create("a", "no address");
    fixture.scim("POST", "/Users", R"({"userName":"b"})");
    create("c", "c@sub.acme.com");
    std::vector<std::string> reasons;
    for (const auto& one : refusals())
        reasons.emplace_back(one.at("reason").as_string());
    std::ranges::sort(reasons);
    EXPECT_EQ(reasons, (std::vector<std::string>{"domain_not_verified", "invalid_email", "no_email"}));
}

TEST_F(domain_gate_test, a_domain_opens_the_gate_and_its_deletion_closes_it) {
    EXPECT_EQ(create("a", "a@late.test").status, 400);
    const auto id = fixture.make_domain(fixture.organization, "late.test");
    EXPECT_EQ(create("a", "a@late.test").status, 201);
    EXPECT_TRUE(refusals().empty());
    const auto path = "/api/v1/organizations/" + fixture.organization + "/domains/" + id;
    EXPECT_EQ(fixture.operate("DELETE", path).status, 200);
    EXPECT_EQ(create("b", "b@late.test").status, 400);
}

TEST_F(domain_gate_test, a_domain_may_cover_its_subdomains) {
    const auto path = "/api/v1/organizations/" + fixture.organization + "/domains";
    EXPECT_EQ(create("a", "a@x.wide.test").status, 400);
    EXPECT_EQ(
            fixture.operate("POST", path, R"({"domain":"wide.test","covers_subdomains":true})").status, 201);
    EXPECT_EQ(create("a", "a@x.wide.test").status, 201);
    EXPECT_EQ(create("b", "b@x.acme.com").status, 400);
}

TEST_F(domain_gate_test, a_new_policy_applies_from_the_next_request) {
    EXPECT_EQ(create("a", "a@evil.test").status, 400);
    EXPECT_EQ(fixture.operate("PATCH", directory_path(), R"({"domain_policy":"off"})").status, 200);
    EXPECT_EQ(create("a", "a@evil.test").status, 201);
    EXPECT_EQ(fixture.operate("PATCH", directory_path(), R"({"domain_policy":"reject"})").status, 200);
    EXPECT_EQ(create("b", "b@evil.test").status, 400);
}

TEST_F(domain_gate_test, a_rejected_change_stores_only_its_refusal) {
    const auto id = fixture.make_user("anna");
    const auto before = fixture.scim("GET", "/Users/" + id).text;
    const auto refused = fixture.patch(
            "/Users/" + id, R"([{"op":"replace","path":"emails","value":[{"value":"anna@evil.test"}]}])");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.header("ETag"), "");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + id).text, before);
    EXPECT_EQ(refusals().size(), 1U);
    EXPECT_EQ(fixture.event_types(), (std::vector<std::string>{"user_created", "user_rejected"}));
}

TEST_F(domain_gate_test, refusals_of_another_directory_are_not_shown) {
    create("eve", "eve@evil.test");
    const auto other = fixture.make_directory(fixture.organization);
    const auto path = "/api/v1/organizations/-/directories/" + other + "/refusals";
    EXPECT_TRUE(fixture.operate("GET", path).body.at("refusals").as_array().empty());
}

}  // namespace
}  // namespace scimd::api
