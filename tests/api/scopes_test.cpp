// Scopes: what a client is made with, what its tokens are granted, and what they open.
#include "forged_tokens.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::api {
namespace {

class scopes_test : public testing::Test {
protected:
    test::answer token_for(const test::api_client& who, std::string_view scope) {
        return fixture.call("POST", "/oauth/token",
                "grant_type=client_credentials&client_id=" + who.id + "&client_secret=" + who.secret +
                        "&scope=" + std::string(scope),
                {{"Content-Type", "application/x-www-form-urlencoded"}});
    }

    test::answer with(const std::string& token, std::string_view method, const std::string& path,
            std::string_view body = "") {
        return fixture.call(method, path, body, {{"Authorization", "Bearer " + token}});
    }

    test::api_fixture fixture;
    const std::string domains = "/api/v1/organizations/" + fixture.organization + "/domains";
    const test::api_client client = fixture.make_client("Billing");
};

TEST_F(scopes_test, a_client_without_scopes_has_all_and_its_tokens_say_openid) {
    const auto got = token_for(client, "");
    EXPECT_EQ(got.text_of("scope"), "openid");
    EXPECT_FALSE(claims_of(got.text_of("access_token")).contains("scope"));
    EXPECT_EQ(token_for(client, "openid").text_of("scope"), "openid");
    const auto shown = fixture.operate("GET", "/api/v1/clients/" + client.id).member("client").at("scopes");
    EXPECT_EQ(shown.as_array().size(), 17U);
    EXPECT_EQ(shown.as_array().front(), "organizations:read");
    EXPECT_EQ(with(got.text_of("access_token"), "GET", "/api/v1/audit-log").status, 200);
}

TEST_F(scopes_test, a_token_opens_what_it_was_asked_for_and_no_more) {
    const auto got = token_for(client, "domains:read%20openid");
    ASSERT_EQ(got.status, 200) << got.text;
    EXPECT_EQ(got.text_of("scope"), "domains:read");
    const auto token = got.text_of("access_token");
    EXPECT_EQ(claims_of(token).at("scope"), "domains:read");
    EXPECT_EQ(with(token, "GET", domains).status, 200);
    const auto refused = with(token, "POST", domains, R"({"domain":"new.example.org"})");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.text_of("message"),
            "POST /api/v1/organizations/{organization}/domains needs the scope domains:write.");
    EXPECT_EQ(with(token, "GET", "/api/v1/organizations").status, 403);
    EXPECT_EQ(with(token, "GET", "/api/v1/organizations").text_of("message"),
            "GET /api/v1/organizations needs the scope organizations:read.");
    const auto writer = token_for(client, "domains:write").text_of("access_token");
    EXPECT_EQ(with(writer, "POST", domains, R"({"domain":"new-one.com"})").status, 201);
    EXPECT_EQ(with(writer, "GET", domains).status, 403) << "writing does not include reading";
}

TEST_F(scopes_test, a_client_has_the_scopes_it_was_made_with) {
    const auto narrow =
            fixture.make_client("Narrow", R"(,"scopes":["roles:read","domains:read","domains:write"])");
    const auto shown = fixture.operate("GET", "/api/v1/clients/" + narrow.id).member("client").at("scopes");
    EXPECT_EQ(shown, (json::array{"domains:read", "domains:write", "roles:read"}));
    const auto whole = token_for(narrow, "");
    EXPECT_EQ(whole.text_of("scope"), "domains:read domains:write roles:read");
    EXPECT_EQ(with(whole.text_of("access_token"), "GET", domains).status, 200);
    EXPECT_EQ(with(whole.text_of("access_token"), "GET", "/api/v1/organizations").status, 403);
    EXPECT_EQ(token_for(narrow, "domains:read").status, 200);
    const auto more = token_for(narrow, "domains:read%20events:read");
    EXPECT_EQ(more.status, 400);
    EXPECT_EQ(more.text_of("error"), "invalid_scope");
    EXPECT_EQ(more.text_of("error_description"), "scope holds more than this client has been granted.");
}

TEST_F(scopes_test, a_client_that_may_read_only_has_no_writing_scope) {
    const auto reader =
            fixture.make_client("Reader", R"(,"access":"READ","scopes":["domains:read","domains:write"])");
    EXPECT_EQ(token_for(reader, "").text_of("scope"), "domains:read");
    EXPECT_EQ(token_for(reader, "domains:write").text_of("error"), "invalid_scope");
}

TEST_F(scopes_test, a_name_that_is_no_scope_is_refused) {
    for (const auto* const scope : {"domains", "domains:", "domains:delete", "users:write", "Domains:read",
                 "none:read", "%3Aread"}) {
        const auto got = token_for(client, scope);
        EXPECT_EQ(got.status, 400) << scope;
        EXPECT_EQ(got.text_of("error"), "invalid_scope") << scope;
        EXPECT_EQ(got.text_of("error_description"), "scope holds a name that is no scope of this API.");
    }
    const auto made = fixture.operate(
            "POST", "/api/v1/clients", R"({"name":"x","scopes":["domains:read","users:write"]})");
    EXPECT_EQ(made.status, 400);
    EXPECT_TRUE(made.text_of("message").starts_with("scopes[1] must be one of organizations:read, "));
    EXPECT_EQ(fixture.operate("POST", "/api/v1/clients", R"({"name":"x","scopes":[]})").status, 201);
}

TEST_F(scopes_test, a_list_of_scopes_has_a_limit) {
    const std::string name = "domains:read";
    const auto padded = [&](std::size_t characters) {
        return token_for(client, name + std::string(characters - name.size(), '+'));
    };
    EXPECT_EQ(padded(1'000).status, 200);
    const auto refused = padded(1'001);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.text_of("error"), "invalid_scope");
    EXPECT_EQ(refused.text_of("error_description"), "scope must have at most 1000 characters.");
}

// What a later version may have put there grants nothing here, and never everything.
TEST_F(scopes_test, a_claim_that_is_not_understood_grants_nothing) {
    const auto good = fixture.make_access_token(client, "domains:read");
    auto claims = claims_of(good);
    for (const json::value& scope : {json::value("later:read"), json::value(""), json::value(7),
                 json::value(json::array{"domains:read"})}) {
        claims["scope"] = scope;
        EXPECT_EQ(with(signed_by_server(fixture, header_of(good), claims), "GET", domains).status, 403)
                << scope;
    }
    claims["scope"] = "later:read domains:read";
    EXPECT_EQ(with(signed_by_server(fixture, header_of(good), claims), "GET", domains).status, 200);
}

}  // namespace
}  // namespace scimd::api
