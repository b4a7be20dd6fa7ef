// Access tokens at the management API: which are taken, and what they open.
#include "api/auth/authorize.hpp"

#include "forged_tokens.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class authorize_test : public testing::Test {
protected:
    test::answer with(std::string_view token, std::string_view method, std::string_view path,
            std::string_view body = "") {
        return fixture.call(method, path, body, {{"Authorization", "Bearer " + std::string(token)}});
    }

    int status_of(std::string_view token) { return with(token, "GET", "/api/v1/organizations").status; }

    std::string organization_path(std::string_view more = "") const {
        return "/api/v1/organizations/" + fixture.organization + std::string(more);
    }

    test::api_fixture fixture;
    const test::api_client client = fixture.make_client("Billing");
    const std::string good = fixture.make_access_token(client);
};

TEST_F(authorize_test, a_client_manages_over_a_public_listener) {
    EXPECT_EQ(status_of(good), 200);
    EXPECT_EQ(status_of(good), 200) << "and again, without looking at the signature";
    EXPECT_EQ(with(good, "POST", "/api/v1/organizations", R"({"display_name":"New"})").status, 201);
}

TEST_F(authorize_test, the_scheme_s_case_and_the_space_around_do_not_matter) {
    for (const auto* const scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "}) {
        const auto got = fixture.call("GET", "/api/v1/organizations", "", {{"Authorization", scheme + good}});
        EXPECT_EQ(got.status, 200) << scheme;
    }
}

TEST_F(authorize_test, every_forged_token_gets_the_same_answer) {
    const auto expected = fixture.call("GET", "/api/v1/organizations");
    EXPECT_EQ(expected.status, 401);
    EXPECT_EQ(expected.text,
            R"({"code":16,"message":"The request needs a valid access token.","details":[)"
            R"({"@type":"type.googleapis.com/scalekit.v1.errdetails.ErrorInfo","error_code":"UNAUTHENTICATED"}]})");
    EXPECT_EQ(expected.header("WWW-Authenticate"), "Bearer realm=\"scimd\"");
    const auto all = forged_tokens(fixture, good);
    EXPECT_GE(all.size(), 100U);
    for (const auto& forged : all) {
        const auto got = with(forged.text, "GET", "/api/v1/organizations");
        EXPECT_EQ(got.status, 401) << forged.name;
        EXPECT_EQ(got.text, expected.text) << forged.name;
    }
    EXPECT_EQ(status_of(good), 200);
}

// The other side of the table above: what its tokens are made of is good when nothing is changed.
TEST_F(authorize_test, a_token_signed_again_without_a_change_is_accepted) {
    auto header = header_of(good);
    EXPECT_EQ(status_of(signed_by_server(fixture, header, claims_of(good))), 200);
    header["typ"] = "at+jwt";
    EXPECT_EQ(status_of(signed_by_server(fixture, header, claims_of(good))), 200);
    header.erase("typ");
    EXPECT_EQ(status_of(signed_by_server(fixture, header, claims_of(good))), 200);
    auto claims = claims_of(good);
    claims["nbf"] = claims["iat"].as_int64() + 300;
    claims["exp"] = claims["iat"].as_int64() - 299;
    EXPECT_EQ(status_of(signed_by_server(fixture, header, claims)), 200) << "clocks differ by five minutes";
    claims = claims_of(good);
    claims["scopes"] = json::array{"anything"};
    EXPECT_EQ(status_of(signed_by_server(fixture, header, claims)), 200);
}

TEST_F(authorize_test, one_good_token_of_two_is_enough) {
    const auto send = [&](std::initializer_list<std::string> tokens) {
        http::request head;
        head.method = "GET";
        head.target = "/api/v1/organizations";
        for (const auto& token : tokens)
            head.headers.add("Authorization", "Bearer " + token);
        return fixture.send(std::move(head)).status;
    };
    EXPECT_EQ(send({good, "old"}), 200);
    EXPECT_EQ(send({"old", good}), 200);
    EXPECT_EQ(send({good, good}), 200);
    EXPECT_EQ(send({"old", "older"}), 401);
    EXPECT_EQ(send({"a", "b", "c", good}), 200);
    EXPECT_EQ(send({"a", "b", "c", "d", good}), 401) << "that is guessing";
}

TEST_F(authorize_test, a_client_that_may_read_changes_nothing) {
    const auto reader = fixture.make_access_token(fixture.make_client("Reader", R"(,"access":"READ")"));
    EXPECT_EQ(status_of(reader), 200);
    EXPECT_EQ(with(reader, "HEAD", "/api/v1/organizations").status, 200);
    EXPECT_EQ(with(reader, "POST", "/api/v1/events", "{}").status, 200) << "a search";
    const auto refused = with(reader, "POST", "/api/v1/organizations", R"({"display_name":"New"})");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.body.at("code").as_int64(), 7);
    EXPECT_EQ(refused.body.at("details").at(0).at("error_code").as_string(), "PERMISSION_DENIED");
    EXPECT_EQ(with(reader, "DELETE", organization_path("/domains/" + fixture.domain)).status, 403);
    EXPECT_EQ(fixture.operate("GET", organization_path("/domains/" + fixture.domain)).status, 200);
}

TEST_F(authorize_test, a_client_of_one_organization_has_that_one_alone) {
    const auto other = fixture.make_organization("Other");
    const auto foreign = fixture.make_directory(other);
    const auto bound = fixture.make_access_token(
            fixture.make_client("Portal", R"(,"organization_id":")" + fixture.organization + "\""));
    EXPECT_EQ(claims_of(bound).at("oid").as_string(), fixture.organization);

    EXPECT_EQ(with(bound, "GET", organization_path()).status, 200);
    EXPECT_EQ(with(bound, "GET", organization_path("/directories/" + fixture.directory)).status, 200);
    EXPECT_EQ(with(bound, "GET", "/api/v1/organizations/-/directories/" + fixture.directory).status, 200);
    EXPECT_EQ(with(bound, "POST", organization_path("/directories")).status, 201);

    const auto unknown = with(bound, "GET", "/api/v1/organizations/org_1");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(with(bound, "GET", "/api/v1/organizations/" + other).text, unknown.text);
    EXPECT_EQ(with(bound, "GET", "/api/v1/organizations/" + other + "/directories/" + foreign).status, 404);
    EXPECT_EQ(with(bound, "GET", organization_path("/directories/" + foreign)).status, 404);
    EXPECT_EQ(with(bound, "GET", "/api/v1/organizations/-/directories/" + foreign).status, 404);
    for (const auto* const path : {"/api/v1/organizations", "/api/v1/events", "/api/v1/audit-log"})
        EXPECT_EQ(with(bound, "GET", path).status, 403) << path;
}

TEST_F(authorize_test, what_a_client_may_do_is_not_in_its_token) {
    const auto bound = fixture.make_access_token(
            fixture.make_client("Portal", R"(,"organization_id":")" + fixture.organization + "\""));
    auto claims = claims_of(bound);
    claims.erase("oid");
    EXPECT_EQ(status_of(signed_by_server(fixture, header_of(bound), claims)), 403);
}

TEST_F(authorize_test, the_url_we_are_known_by_is_part_of_a_token) {
    EXPECT_EQ(status_of(good), 200);
    fixture.server.public_url = "https://other.test";
    EXPECT_EQ(status_of(good), 401);
    EXPECT_EQ(status_of(fixture.make_access_token(client)), 200);
}

TEST_F(authorize_test, an_idempotency_key_is_its_caller_s_own) {
    const auto other = fixture.make_access_token(fixture.make_client("Other"));
    const auto post = [&](const std::string& token, std::string_view name) {
        return fixture.call("POST", "/api/v1/organizations",
                R"({"display_name":")" + std::string(name) + "\"}",
                {{"Authorization", "Bearer " + token}, {"Idempotency-Key", "1"}});
    };
    const auto first = post(good, "First");
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(post(good, "First").text, first.text);
    const auto second = post(other, "Second");
    EXPECT_EQ(second.status, 201) << second.text;
    EXPECT_EQ(post(other, "Second").text, second.text);
    EXPECT_EQ(post(fixture.make_access_token(client), "First").text, first.text)
            << "by another token of the client";
}

}  // namespace
}  // namespace scimd::api
