#include "api/auth/authenticate.hpp"

#include "service/auth/tokens.hpp"
#include "support/api_house.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class authenticate_test : public testing::Test {
protected:
    test::answer present(std::string_view authorization)
    {
        return home.call("GET", home.base() + "/Users", "", {{"Authorization", authorization}});
    }

    int status_of_token(std::string_view token) { return present("Bearer " + std::string(token)).status; }

    static std::string all_of(const test::answer& got)
    {
        auto text = std::to_string(got.status) + '\n';
        for (const auto& field : got.headers)
            text += field.name + ": " + field.value + '\n';
        return text + '\n' + got.text;
    }

    void revoke(const std::string& token)
    {
        const auto secrets = "/api/v1/organizations/-/directories/" + home.directory + "/secrets";
        const auto listed = home.operate("GET", secrets);
        for (const auto& secret : listed.body.at("secrets").as_array()) {
            if (token.ends_with(std::string_view(secret.at("secret_suffix").as_string()))) {
                const std::string id(secret.at("id").as_string());
                EXPECT_EQ(home.operate("DELETE", secrets + "/" + id).status, 200);
            }
        }
    }

    void set_enabled(std::string_view verb)
    {
        const auto path = "/api/v1/organizations/-/directories/" + home.directory + ":";
        EXPECT_EQ(home.operate("PATCH", path + std::string(verb)).status, 200);
    }

    test::api_house home;
};

TEST_F(authenticate_test, the_scheme_s_case_and_the_space_around_do_not_matter)
{
    for (const auto* const scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   ", "Bearer \t"})
        EXPECT_EQ(present(scheme + home.token).status, 200) << scheme;
    EXPECT_EQ(present("Bearer " + home.token + "  ").status, 200);
}

TEST_F(authenticate_test, every_failure_reads_the_same_to_the_byte)
{
    const auto other = home.make_directory(home.organization);
    const auto foreign = home.make_token(other);
    const auto revoked = home.make_token(home.directory);
    const auto expired = home.make_token(home.directory, "2026-01-02T04:00:00Z");
    home.clock.advance(1h);
    revoke(revoked);
    test::fixed_random elsewhere(99);
    const auto unknown = std::string(service::mint_token(elsewhere).text.reveal());
    auto mistyped = home.token;
    mistyped.back() = mistyped.back() == 'a' ? 'b' : 'a';

    const auto expected = all_of(home.call("GET", home.base() + "/Users"));
    EXPECT_EQ(
        expected,
        "401\nContent-Type: application/scim+json\nCache-Control: no-store\nX-Content-Type-Options: nosniff\n"
        "WWW-Authenticate: Bearer realm=\"scimd\"\n\n"
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],)"
        R"("detail":"The request needs a valid bearer token of this directory.","status":"401"})"
    );
    const std::string rows[] = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Basic " + home.token,
        "Bearer" + home.token,
        home.token,
        "Token " + home.token,
        "Bearer: " + home.token,
        "Bearer \"" + home.token + "\"",
        "Bearer " + home.token + "," + home.token,
        "Bearer " + home.token + " " + home.token,
        "Bearer " + home.token + "x",
        "Bearer x" + home.token,
        "Bearer " + home.token.substr(1),
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
    EXPECT_EQ(
        home.call(
                "GET", "/directory/" + other + "/scim/v2/Users", "", {{"Authorization", "Bearer " + foreign}}
        ).status,
        200
    );
    EXPECT_EQ(
        all_of(home.call(
            "GET", "/directory/" + other + "/scim/v2/Users", "", {{"Authorization", "Bearer " + home.token}}
        )),
        expected
    );
    EXPECT_EQ(all_of(home.scim("GET", "/Users", "", {{"Authorization", "Bearer " + home.token}})), expected)
        << "two good tokens are one too many";
    EXPECT_EQ(status_of_token(home.token), 200);
}

TEST_F(authenticate_test, a_token_ends_at_its_time_and_not_before)
{
    const auto token = home.make_token(home.directory, "2026-01-02T04:04:05Z");
    EXPECT_EQ(status_of_token(token), 200);
    home.clock.advance(1h - 1us);
    EXPECT_EQ(status_of_token(token), 200);
    home.clock.advance(1us);
    EXPECT_EQ(status_of_token(token), 401);
    EXPECT_EQ(status_of_token(home.token), 200);
}

TEST_F(authenticate_test, a_revoked_token_ends_at_once_and_alone)
{
    const auto token = home.make_token(home.directory);
    EXPECT_EQ(status_of_token(token), 200);
    revoke(token);
    EXPECT_EQ(status_of_token(token), 401);
    EXPECT_EQ(status_of_token(home.token), 200);
}

TEST_F(authenticate_test, a_disabled_directory_says_so_to_a_good_token_alone)
{
    set_enabled("disable");
    const auto refused = home.scim("GET", "/Users");
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.text_of("detail").find("disabled"), std::string::npos);
    EXPECT_EQ(home.scim("POST", "/Users", test::user_text("anna")).status, 403);
    EXPECT_EQ(home.scim("GET", "/ServiceProviderConfig").status, 403);
    EXPECT_EQ(status_of_token("x"), 401);
    set_enabled("enable");
    EXPECT_EQ(home.scim("GET", "/Users").status, 200);
    EXPECT_EQ(home.scim("GET", "/Users").body.at("totalResults").as_int64(), 0);
}

TEST_F(authenticate_test, the_use_of_a_token_is_noted_and_its_misuse_is_not)
{
    home.usage.take();
    home.clock.advance(5min);
    present("Bearer x");
    EXPECT_TRUE(home.usage.take().empty());
    home.scim("GET", "/Users");
    const auto noted = home.usage.take();
    ASSERT_EQ(noted.size(), 1U);
    EXPECT_EQ(noted.begin()->second.when, home.clock.now());
    EXPECT_EQ(noted.begin()->second.address, "192.0.2.7");
    EXPECT_EQ(noted.begin()->second.agent, "");
}

TEST_F(authenticate_test, what_cannot_be_a_token_is_known_without_the_store)
{
    http::request head;
    EXPECT_FALSE(has_plausible_token(head));
    head.headers.add("authorization", "Bearer " + home.token);
    EXPECT_TRUE(has_plausible_token(head));
    head.headers.add("Authorization", "Bearer " + home.token);
    EXPECT_FALSE(has_plausible_token(head));
}

}  // namespace
}  // namespace scimd::api
