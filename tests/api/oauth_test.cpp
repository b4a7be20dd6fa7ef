// The OAuth 2.0 authorization server: POST /oauth/token, GET /keys, and the metadata of the issuer.
#include "api/auth/oauth_api.hpp"
#include "base/codec.hpp"
#include "base/crypto/rsa_key.hpp"
#include "base/text.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <span>
#include <string>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

std::string base64(std::string_view text) {
    return to_base64(std::as_bytes(std::span(text)));
}

json::object decoded(std::string_view part) {
    const auto bytes = from_base64url(part).value();
    return parse_json_object({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).value();
}

class oauth_test : public testing::Test {
protected:
    test::answer post(std::string_view form, test::header_list headers = {}) {
        return fixture.call("POST", "/oauth/token", form, headers);
    }

    test::answer ask(
            std::string_view more = "grant_type=client_credentials", std::string_view authorization = "") {
        constexpr std::pair<std::string_view, std::string_view> type{
                "Content-Type", "application/x-www-form-urlencoded"};
        if (authorization.empty())
            return post(more, {type});
        return post(more, {type, {"Authorization", authorization}});
    }

    test::answer ask_as(const test::api_client& who) {
        return ask("grant_type=client_credentials&client_id=" + who.id + "&client_secret=" + who.secret);
    }

    static void expect_fault(const test::answer& got, int status, std::string_view name) {
        EXPECT_EQ(got.status, status) << got.text;
        EXPECT_EQ(got.text_of("error"), name);
        EXPECT_EQ(got.text_of("error_description"), got.text_of("message"));
        EXPECT_TRUE(got.body.at("code").is_int64());
        EXPECT_EQ(got.body.at("details").as_array().size(), 1U);
        EXPECT_EQ(got.header("Cache-Control"), "no-store");
    }

    std::set<std::string> key_ids() {
        std::set<std::string> ids;
        const auto published = fixture.call("GET", "/keys");
        for (const auto& key : published.body.at("keys").as_array())
            ids.emplace(key.at("kid").as_string());
        return ids;
    }

    std::string key_id_of(const test::answer& token) {
        return std::string(decoded(split(token.text_of("access_token"), '.')[0]).at("kid").as_string());
    }

    int status_with(const test::answer& token) {
        return fixture
                .call("GET", "/api/v1/organizations", "",
                        {{"Authorization", "Bearer " + token.text_of("access_token")}})
                .status;
    }

    test::api_fixture fixture;
    const test::api_client client = fixture.make_client("Billing");
};

TEST_F(oauth_test, a_client_authenticates_in_the_body_or_in_the_header) {
    const auto by_body = ask_as(client);
    ASSERT_EQ(by_body.status, 200) << by_body.text;
    EXPECT_EQ(by_body.text_of("token_type"), "Bearer");
    EXPECT_EQ(by_body.text_of("scope"), "openid");
    EXPECT_EQ(by_body.body.at("expires_in").as_int64(), 86'399);
    EXPECT_EQ(by_body.header("Cache-Control"), "no-store");
    EXPECT_EQ(by_body.header("Pragma"), "no-cache");
    EXPECT_EQ(status_with(by_body), 200);

    const auto basic = "Basic " + base64(client.id + ":" + client.secret);
    for (const auto* const form :
            {"grant_type=client_credentials", "scope=openid&grant_type=client_credentials",
                    "unknown=1&unknown=2&grant_type=client_credentials"})
        EXPECT_EQ(status_with(ask(form, basic)), 200) << form;
    EXPECT_EQ(ask("grant_type=client_credentials&client_id=" + client.id, basic).status, 200);
    // Client libraries send the token that they are about to renew with every request.
    const auto credentials =
            "grant_type=client_credentials&client_id=" + client.id + "&client_secret=" + client.secret;
    for (const auto& other :
            {"Bearer " + by_body.text_of("access_token"), std::string("Bearer x"), std::string("Digest x")})
        EXPECT_EQ(status_with(ask(credentials, other)), 200) << other;
    const auto two = fixture.call("POST", "/oauth/token", "grant_type=client_credentials",
            {{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "Bearer x"},
                    {"Authorization", basic}});
    EXPECT_EQ(two.status, 200) << two.text;
    // RFC 6749 §2.3.1: each half is form-encoded.
    auto encoded = client.secret;
    encoded.replace(encoded.find('_'), 1, "%5F");
    EXPECT_EQ(ask("grant_type=client_credentials", "bAsIc " + base64(client.id + ":" + encoded)).status, 200);
}

TEST_F(oauth_test, the_token_is_a_jwt_with_the_claims_that_clients_read) {
    fixture.server.token_lifetime = 90min;
    const auto got = ask_as(client);
    EXPECT_EQ(got.body.at("expires_in").as_int64(), 5'400);
    const auto token = got.text_of("access_token");
    const auto parts = split(token, '.');
    ASSERT_EQ(parts.size(), 3U);
    const auto header = decoded(parts[0]);
    EXPECT_EQ(header.at("alg").as_string(), "RS256");
    EXPECT_TRUE(header.at("kid").as_string().starts_with("snk_"));
    const auto claims = decoded(parts[1]);
    const auto now = std::chrono::floor<std::chrono::seconds>(fixture.clock.now()).time_since_epoch().count();
    EXPECT_EQ(claims.at("iss").as_string(), "https://scim.test");
    EXPECT_EQ(claims.at("sub").as_string(), client.id);
    EXPECT_EQ(claims.at("client_id").as_string(), client.id);
    EXPECT_EQ(claims.at("aud").as_array(), (json::array{"https://scim.test"}));
    EXPECT_EQ(claims.at("iat").as_int64(), now);
    EXPECT_EQ(claims.at("nbf").as_int64(), now);
    EXPECT_EQ(claims.at("exp").as_int64(), now + 5'400);
    EXPECT_TRUE(claims.at("jti").as_string().starts_with("tkn_"));
    EXPECT_NE(decoded(split(ask_as(client).text_of("access_token"), '.')[1]).at("jti"), claims.at("jti"));
}

TEST_F(oauth_test, the_published_keys_verify_a_token) {
    const auto published = fixture.call("GET", "/keys");
    EXPECT_EQ(published.header("Cache-Control"), "public, max-age=300");
    const auto& keys = published.body.at("keys").as_array();
    ASSERT_EQ(keys.size(), 1U);
    const auto& key = keys[0].as_object();
    EXPECT_EQ(key.at("kty").as_string(), "RSA");
    EXPECT_EQ(key.at("use").as_string(), "sig");
    EXPECT_EQ(key.at("alg").as_string(), "RS256");
    EXPECT_EQ(key.at("e").as_string(), "AQAB");
    EXPECT_EQ(key.at("n").as_string().size(), 342U) << "2,048 bits in base64url";
    EXPECT_EQ(key.size(), 6U) << "nothing of the private key";
    EXPECT_EQ(key_id_of(ask_as(client)), std::string(key.at("kid").as_string()));
}

TEST_F(oauth_test, the_metadata_describes_the_issuer) {
    const auto got = fixture.call("GET", "/.well-known/openid-configuration");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.text_of("issuer"), "https://scim.test");
    EXPECT_EQ(got.text_of("token_endpoint"), "https://scim.test/oauth/token");
    EXPECT_EQ(got.text_of("jwks_uri"), "https://scim.test/keys");
}

TEST_F(oauth_test, bad_requests_have_the_errors_of_rfc_6749) {
    const auto basic = "Basic " + base64(client.id + ":" + client.secret);
    const std::string grant = "grant_type=client_credentials";
    const std::string body_credentials = "&client_id=" + client.id + "&client_secret=" + client.secret;
    struct row {
        std::string form;
        std::string authorization;
        int status;
        std::string_view error;
    };
    const row rows[] = {
            {"", "", 400, "invalid_request"},
            {"grant_type=", "", 400, "invalid_request"},
            {grant + "&" + grant + body_credentials, "", 400, "invalid_request"},
            {grant + "&client_secret=%zz", "", 400, "invalid_request"},
            {grant + "&client_secret=%ff", "", 400, "invalid_request"},
            {grant + body_credentials, basic, 400, "invalid_request"},
            {grant + "&client_id=skc_1", basic, 400, "invalid_request"},
            {"grant_type=authorization_code" + body_credentials, "", 400, "unsupported_grant_type"},
            {"grant_type=CLIENT_CREDENTIALS" + body_credentials, "", 400, "unsupported_grant_type"},
            {grant, "", 401, "invalid_client"},
            {grant + "&client_id=" + client.id, "", 401, "invalid_client"},
            {grant + "&client_secret=" + client.secret, "", 401, "invalid_client"},
            {grant + "&client_id=" + client.id + "&client_secret=", "", 401, "invalid_client"},
            {grant + "&client_id=&client_secret=" + client.secret, "", 401, "invalid_client"},
            {grant + "&client_id=skc_1&client_secret=" + client.secret, "", 401, "invalid_client"},
            {grant, "Bearer " + client.secret, 401, "invalid_client"},
            {grant, "Basic", 401, "invalid_client"},
            {grant, "Basic !!!", 401, "invalid_client"},
            {grant, "Basic " + base64("no colon"), 401, "invalid_client"},
            {grant, "Basic " + base64(client.id + ":wrong"), 401, "invalid_client"},
            {grant, "Basic " + base64(client.id + ":" + fixture.token), 401, "invalid_client"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.form + " " + row.authorization);
        const auto got = ask(row.form, row.authorization);
        expect_fault(got, row.status, row.error);
        EXPECT_EQ(got.header("WWW-Authenticate").starts_with("Basic "), row.status == 401);
    }
    expect_fault(post(grant + body_credentials), 400, "invalid_request");
    expect_fault(
            post(grant + body_credentials, {{"Content-Type", "application/json"}}), 400, "invalid_request");
    EXPECT_EQ(post(grant + body_credentials,
                      {{"Content-Type", "Application/X-WWW-Form-Urlencoded; charset=utf-8"}})
                      .status,
            200);
    EXPECT_EQ(ask(std::string(16 * 1024 + 1, 'a')).status, 413);
    EXPECT_EQ(fixture.call("GET", "/oauth/token").status, 405);
}

TEST_F(oauth_test, wrong_secrets_are_limited_and_the_right_one_always_passes) {
    auto wrong = client;
    wrong.secret.back() = wrong.secret.back() == 'a' ? 'b' : 'a';
    for (int i = 0; i < service::failures_at_once; ++i)
        expect_fault(ask_as(wrong), 401, "invalid_client");
    for (int i = 0; i < 100; ++i) {
        const auto refused = ask_as(wrong);
        expect_fault(refused, 429, "temporarily_unavailable");
        EXPECT_FALSE(refused.header("Retry-After").empty());
    }
    EXPECT_EQ(ask_as(client).status, 200) << "from the address of the wrong secrets";
    EXPECT_EQ(ask_as(wrong).status, 429) << "the right secret does not reset the rate limit";

    fixture.clock.advance(service::failure_interval - 1us);
    EXPECT_EQ(ask_as(wrong).status, 429);
    EXPECT_EQ(ask_as(client).status, 200);
    fixture.clock.advance(1us);
    EXPECT_EQ(ask_as(wrong).status, 401);
    EXPECT_EQ(ask_as(wrong).status, 429);
    EXPECT_EQ(ask_as(client).status, 200);
}

TEST_F(oauth_test, wrong_secrets_of_one_client_do_not_limit_those_of_another) {
    auto wrong = client;
    wrong.secret.back() = wrong.secret.back() == 'a' ? 'b' : 'a';
    for (int i = 0; i <= service::failures_at_once; ++i)
        ask_as(wrong);
    auto other = fixture.make_client("Other");
    EXPECT_EQ(ask_as(other).status, 200);
    other.secret.back() = other.secret.back() == 'a' ? 'b' : 'a';
    EXPECT_EQ(ask_as(other).status, 401);
}

TEST_F(oauth_test, secrets_can_be_changed_without_a_gap) {
    const auto path = "/api/v1/clients/" + client.id;
    const auto added = fixture.operate("POST", path + "/secrets");
    ASSERT_EQ(added.status, 201) << added.text;
    const test::api_client renewed{client.id, added.text_of("client_secret")};
    EXPECT_EQ(ask_as(client).status, 200);
    EXPECT_EQ(ask_as(renewed).status, 200);
    const auto shown = fixture.operate("GET", path);
    EXPECT_EQ(shown.text.find(client.secret), std::string::npos);
    const auto& secrets = shown.member("client").at("secrets").as_array();
    ASSERT_EQ(secrets.size(), 2U);
    const std::string first(secrets[0].at("id").as_string());
    EXPECT_EQ(fixture.operate("DELETE", path + "/secrets/" + first).status, 200);
    EXPECT_EQ(ask_as(client).status, 401);
    EXPECT_EQ(ask_as(renewed).status, 200);
    EXPECT_EQ(fixture.operate("DELETE", path + "/secrets/" + first).status, 404);
}

TEST_F(oauth_test, a_secret_expires_at_its_time) {
    const auto path = "/api/v1/clients/" + client.id + "/secrets";
    const auto added = fixture.operate("POST", path, R"({"expire_time":"2026-01-02T04:04:05Z"})");
    ASSERT_EQ(added.status, 201) << added.text;
    const test::api_client brief{client.id, added.text_of("client_secret")};
    fixture.clock.advance(1h - 1us);
    EXPECT_EQ(ask_as(brief).status, 200);
    fixture.clock.advance(1us);
    EXPECT_EQ(ask_as(brief).status, 401);
    EXPECT_EQ(fixture.operate("POST", path, R"({"expire_time":"2026-01-02T04:04:05Z"})").status, 409);
}

TEST_F(oauth_test, a_token_is_valid_until_it_expires) {
    const auto token = ask_as(client);
    fixture.clock.advance(24h - 1s + 5min - 1us);  // clocks may differ by five minutes
    EXPECT_EQ(status_with(token), 200);
    fixture.clock.advance(1us);
    EXPECT_EQ(status_with(token), 401);
}

TEST_F(oauth_test, a_token_is_valid_from_five_minutes_before_its_issue) {
    const auto token = ask_as(client);
    fixture.clock.advance(-5min);
    EXPECT_EQ(status_with(token), 200);
    fixture.clock.advance(-1s);
    EXPECT_EQ(status_with(token), 401);
}

TEST_F(oauth_test, a_new_key_is_published_before_it_signs_and_the_old_key_until_its_tokens_expire) {
    const auto before = ask_as(client);
    const auto old_key = key_id_of(before);
    const auto rotated = fixture.operate("POST", "/api/v1/signing-keys:rotate");
    ASSERT_EQ(rotated.status, 200) << rotated.text;
    EXPECT_EQ(key_ids().size(), 2U);
    EXPECT_EQ(key_id_of(ask_as(client)), old_key) << "not yet";
    EXPECT_EQ(fixture.operate("POST", "/api/v1/signing-keys:rotate").status, 409) << "one at a time";
    fixture.clock.advance(10min - 1us);
    EXPECT_EQ(key_id_of(ask_as(client)), old_key);
    fixture.clock.advance(1us);
    const auto after = ask_as(client);
    EXPECT_NE(key_id_of(after), old_key);
    EXPECT_TRUE(key_ids().contains(key_id_of(after)));
    EXPECT_EQ(status_with(before), 200);
    EXPECT_EQ(status_with(after), 200);
    fixture.clock.advance(24h + 5min - 1s);
    EXPECT_TRUE(key_ids().contains(old_key));
    fixture.clock.advance(1s);
    EXPECT_EQ(key_ids(), (std::set<std::string>{key_id_of(after)}));
}

TEST_F(oauth_test, an_urgent_key_rotation_invalidates_the_tokens_of_the_old_key) {
    const auto before = ask_as(client);
    EXPECT_EQ(status_with(before), 200);
    ASSERT_EQ(fixture.operate("POST", "/api/v1/signing-keys:rotate", R"({"at_once":true})").status, 200);
    EXPECT_EQ(status_with(before), 401);
    EXPECT_FALSE(key_ids().contains(key_id_of(before)));
    const auto after = ask_as(client);
    EXPECT_NE(key_id_of(after), key_id_of(before));
    EXPECT_EQ(status_with(after), 200);
}

TEST_F(oauth_test, the_token_of_a_deleted_client_is_invalid_at_once) {
    const auto token = ask_as(client);
    EXPECT_EQ(status_with(token), 200);
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/clients/" + client.id).status, 200);
    EXPECT_EQ(status_with(token), 401);
    EXPECT_EQ(ask_as(client).status, 401);
    EXPECT_EQ(fixture.operate("GET", "/api/v1/clients/" + client.id).status, 404);
}

TEST_F(oauth_test, the_private_key_is_encrypted_in_the_database) {
    ask_as(client);
    std::string sealed;
    store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
        tx.sql().run({"test", "select sealed from sealed_values where place like 'signing_key/%'"}, {},
                [&](const auto& row) { sealed = row.text(0); });
        return store::verdict::commit;
    });
    EXPECT_TRUE(sealed.starts_with("v1." + fixture.key_vault.sealing_key() + "."));
}

}  // namespace
}  // namespace scimd::api
