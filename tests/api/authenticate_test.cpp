#include "api/auth/authenticate.hpp"

#include "service/auth/tokens.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class authenticate_test : public testing::Test {
protected:
    test::answer present(std::string_view authorization) {
        return fixture.call("GET", fixture.base() + "/Users", "", {{"Authorization", authorization}});
    }

    int status_of_token(std::string_view token) { return present("Bearer " + std::string(token)).status; }

    static std::string all_of(const test::answer& got) {
        auto text = std::to_string(got.status) + '\n';
        for (const auto& field : got.headers)
            text += field.name + ": " + field.value + '\n';
        return text + '\n' + got.text;
    }

    void revoke(const std::string& token) {
        const auto secrets = "/api/v1/organizations/-/directories/" + fixture.directory + "/secrets";
        const auto listed = fixture.operate("GET", secrets);
        for (const auto& secret : listed.body.at("secrets").as_array()) {
            if (token.ends_with(std::string_view(secret.at("secret_suffix").as_string()))) {
                const std::string id(secret.at("id").as_string());
                EXPECT_EQ(fixture.operate("DELETE", secrets + "/" + id).status, 200);
            }
        }
    }

    void set_enabled(std::string_view verb) {
        const auto path = "/api/v1/organizations/-/directories/" + fixture.directory + ":";
        EXPECT_EQ(fixture.operate("PATCH", path + std::string(verb)).status, 200);
    }

    test::api_fixture fixture;
};

TEST_F(authenticate_test, the_case_of_the_scheme_and_surrounding_spaces_do_not_matter) {
    for (const auto* const scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   ", "Bearer \t"})
        EXPECT_EQ(present(scheme + fixture.token).status, 200) << scheme;
    EXPECT_EQ(present("Bearer " + fixture.token + "  ").status, 200);
}

TEST_F(authenticate_test, every_failure_has_an_identical_response) {
    const auto other = fixture.make_directory(fixture.organization);
    const auto foreign = fixture.make_token(other);
    const auto revoked = fixture.make_token(fixture.directory);
    const auto expired = fixture.make_token(fixture.directory, "2026-01-02T04:00:00Z");
    fixture.clock.advance(1h);
    revoke(revoked);
    test::fixed_random elsewhere(99);
    const auto unknown = std::string(service::mint_token(elsewhere).text.reveal());
    auto mistyped = fixture.token;
    mistyped.back() = mistyped.back() == 'a' ? 'b' : 'a';

    const auto expected = all_of(fixture.call("GET", fixture.base() + "/Users"));
    EXPECT_EQ(expected,
            "401\nContent-Type: application/scim+json\nCache-Control: no-store\nX-Content-Type-Options: "
            "nosniff\n"
            "WWW-Authenticate: Bearer realm=\"scimd\"\n\n"
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],)"
            R"("detail":"The request needs a valid bearer token of this directory.","status":"401"})");
    const std::string rows[] = {
            "",
            "Bearer",
            "Bearer ",
            "Bearer  ",
            "Basic " + fixture.token,
            "Bearer" + fixture.token,
            fixture.token,
            "Token " + fixture.token,
            "Bearer: " + fixture.token,
            "Bearer \"" + fixture.token + "\"",
            "Bearer " + fixture.token + "," + fixture.token,
            "Bearer " + fixture.token + " " + fixture.token,
            "Bearer " + fixture.token + "x",
            "Bearer x" + fixture.token,
            "Bearer " + fixture.token.substr(1),
            "Bearer " + mistyped,
            "Bearer " + unknown,
            "Bearer " + foreign,
            "Bearer " + revoked,
            "Bearer " + expired,
            "Bearer " + std::string(10'000, 'a'),
            "Bearer " + std::string(60, '\xff'),
            "Bearer ' or 1=1 --",
    };
    for (const auto& row : rows)
        EXPECT_EQ(all_of(present(row)), expected) << row.substr(0, 100);
    EXPECT_EQ(fixture.call("GET", "/directory/" + other + "/scim/v2/Users", "",
                             {{"Authorization", "Bearer " + foreign}})
                      .status,
            200);
    EXPECT_EQ(all_of(fixture.call("GET", "/directory/" + other + "/scim/v2/Users", "",
                      {{"Authorization", "Bearer " + fixture.token}})),
            expected);
    EXPECT_EQ(all_of(fixture.scim("GET", "/Users", "", {{"Authorization", "Bearer " + fixture.token}})),
            expected)
            << "two valid tokens are ambiguous";
    EXPECT_EQ(status_of_token(fixture.token), 200);
}

TEST_F(authenticate_test, a_token_expires_at_its_time_and_not_before) {
    const auto token = fixture.make_token(fixture.directory, "2026-01-02T04:04:05Z");
    EXPECT_EQ(status_of_token(token), 200);
    fixture.clock.advance(1h - 1us);
    EXPECT_EQ(status_of_token(token), 200);
    fixture.clock.advance(1us);
    EXPECT_EQ(status_of_token(token), 401);
    EXPECT_EQ(status_of_token(fixture.token), 200);
}

TEST_F(authenticate_test, revocation_is_immediate_and_affects_one_token) {
    const auto token = fixture.make_token(fixture.directory);
    EXPECT_EQ(status_of_token(token), 200);
    revoke(token);
    EXPECT_EQ(status_of_token(token), 401);
    EXPECT_EQ(status_of_token(fixture.token), 200);
}

TEST_F(authenticate_test, a_disabled_directory_is_reported_to_valid_tokens_only) {
    set_enabled("disable");
    const auto refused = fixture.scim("GET", "/Users");
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.text_of("detail").find("disabled"), std::string::npos);
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("anna")).status, 403);
    EXPECT_EQ(fixture.scim("GET", "/ServiceProviderConfig").status, 403);
    EXPECT_EQ(status_of_token("x"), 401);
    set_enabled("enable");
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 200);
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 0);
}

TEST_F(authenticate_test, the_last_use_of_a_token_is_recorded_for_successful_requests_only) {
    fixture.last_used.take();
    fixture.clock.advance(5min);
    present("Bearer x");
    EXPECT_TRUE(fixture.last_used.take().empty());
    fixture.scim("GET", "/Users");
    const auto noted = fixture.last_used.take();
    ASSERT_EQ(noted.size(), 1U);
    EXPECT_EQ(noted.begin()->second.when, fixture.clock.now());
    EXPECT_EQ(noted.begin()->second.address, "192.0.2.7");
    EXPECT_EQ(noted.begin()->second.agent, "");
}

TEST_F(authenticate_test, a_malformed_token_is_rejected_without_the_store) {
    http::request head;
    EXPECT_FALSE(has_plausible_token(head));
    head.headers.add("authorization", "Bearer " + fixture.token);
    EXPECT_TRUE(has_plausible_token(head));
    head.headers.add("Authorization", "Bearer " + fixture.token);
    EXPECT_FALSE(has_plausible_token(head));
}

}  // namespace
}  // namespace scimd::api
