// Rate limits of anonymous requests (docs/decisions/0032).
#include "api/auth/anonymous.hpp"

#include "base/network/ip_address.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view over_rate =
        "This address has sent more requests without valid credentials than its rate limit allows.";
constexpr std::string_view proxy = "198.51.100.7";

class anonymous_test : public testing::Test {
protected:
    anonymous_test() { fixture.server.anonymous_limits = &rates; }

    test::answer ask(std::string_view target, std::string_view address = "192.0.2.1",
            std::string_view authorization = "", std::string_view method = "GET",
            std::string_view body = "") {
        http::request head;
        head.method = method;
        head.target = target;
        head.from.address = address;
        head.from.is_loopback = address.empty();
        head.body = body;
        if (!authorization.empty())
            head.headers.add("Authorization", std::string(authorization));
        if (method == "POST")
            head.headers.add("Content-Type", "application/x-www-form-urlencoded");
        return fixture.send(std::move(head));
    }

    void use_up(std::string_view address = "192.0.2.1") {
        for (int i = 0; i < 4; ++i)
            EXPECT_NE(ask("/.well-known/openid-configuration", address).status, 429);
    }

    static http::request head(std::string_view target, std::string_view authorization = "") {
        http::request made;
        made.method = "GET";
        made.target = target;
        if (!authorization.empty())
            made.headers.add("Authorization", std::string(authorization));
        return made;
    }

    [[nodiscard]] std::uint64_t limited() {
        return fixture.metrics.counter_of("scimd_anonymous_rate_limited_total", "").value();
    }

    test::api_fixture fixture;
    anonymous_rates rates{1, {*ip_network::parse("198.51.100.0/24")}, fixture.metrics};  // a burst of four
};

TEST_F(anonymous_test, public_endpoints_have_a_rate_limit_for_each_address) {
    for (const auto* target : {"/keys", "/.well-known/openid-configuration", "/openapi.json", "/keys"})
        EXPECT_EQ(ask(target).status, 200) << target;
    for (const auto* target : {"/keys", "/.well-known/openid-configuration", "/openapi.json", "/nothing"}) {
        const auto refused = ask(target);
        EXPECT_EQ(refused.status, 429) << target;
        EXPECT_EQ(refused.text_of("message"), over_rate);
        EXPECT_EQ(refused.header("Retry-After"), "1");
    }
    EXPECT_EQ(limited(), 4U);
    EXPECT_EQ(ask("/keys", "192.0.2.2").status, 200);
    fixture.clock.advance(1s);
    EXPECT_EQ(ask("/keys").status, 200);
    EXPECT_EQ(ask("/keys").status, 429);
}

TEST_F(anonymous_test, an_ipv6_network_of_64_bits_is_one_address) {
    use_up("2001:db8:0:1::1");
    EXPECT_EQ(ask("/keys", "2001:db8:0:1:ffff::2").status, 429);
    EXPECT_EQ(ask("/keys", "2001:db8:0:2::1").status, 200);
}

TEST_F(anonymous_test, unknown_paths_and_wrong_tokens_are_counted) {
    const auto users = fixture.base() + "/Users";
    EXPECT_EQ(ask("/nothing").status, 404);
    EXPECT_EQ(ask(users).status, 401);
    EXPECT_EQ(ask(users, "192.0.2.1", "Bearer nonsense").status, 401);
    EXPECT_EQ(ask("/api/v1/organizations").status, 401);

    const auto of_scim = ask(users);
    EXPECT_EQ(of_scim.status, 429);
    EXPECT_EQ(of_scim.header("Content-Type"), "application/scim+json");
    EXPECT_EQ(of_scim.text_of("detail"), over_rate);
    EXPECT_EQ(of_scim.header("WWW-Authenticate"), "");
    EXPECT_EQ(ask(users, "192.0.2.1", "Bearer nonsense").status, 429);
    EXPECT_EQ(ask("/api/v1/organizations").status, 429);
    EXPECT_EQ(ask("/api/v1/organizations", "192.0.2.1", "Bearer a.b.c").status, 429);
    EXPECT_EQ(ask("/nothing").status, 429);
}

TEST_F(anonymous_test, valid_credentials_pass_while_the_address_is_over_its_limit) {
    const auto client = fixture.make_client("all");
    use_up();
    EXPECT_EQ(ask("/keys").status, 429);
    EXPECT_EQ(ask(fixture.base() + "/Users", "192.0.2.1", "Bearer " + fixture.token).status, 200);
    const auto form =
            "grant_type=client_credentials&client_id=" + client.id + "&client_secret=" + client.secret;
    const auto issued = ask("/oauth/token", "192.0.2.1", "", "POST", form);
    ASSERT_EQ(issued.status, 200) << issued.text;
    const auto bearer = "Bearer " + issued.text_of("access_token");
    EXPECT_EQ(ask("/api/v1/organizations", "192.0.2.1", bearer).status, 200);
}

TEST_F(anonymous_test, failed_token_requests_are_counted) {
    const auto wrong = [&](std::string_view id) {
        const auto form = "grant_type=client_credentials&client_id=" + std::string(id) + "&client_secret=x";
        return ask("/oauth/token", "192.0.2.1", "", "POST", form);
    };
    EXPECT_EQ(wrong("skc_1").status, 401);
    EXPECT_EQ(wrong("skc_2").status, 401);
    EXPECT_EQ(ask("/oauth/token", "192.0.2.1", "", "POST", "grant_type=password").status, 400);
    EXPECT_EQ(wrong("skc_3").status, 401);
    const auto refused = wrong("skc_4");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text_of("error"), "temporarily_unavailable");
    EXPECT_EQ(refused.header("Retry-After"), "1");
    EXPECT_EQ(ask("/oauth/token", "192.0.2.1", "", "POST", "grant_type=password").status, 429);
}

TEST_F(anonymous_test, health_checks_have_no_rate_limit) {
    use_up();
    for (int i = 0; i < 10; ++i)
        for (const auto* target : {"/healthz", "/readyz"})
            EXPECT_EQ(ask(target).status, 200) << target;
    EXPECT_EQ(ask("/metrics").status, 403);
    fixture.server.is_metrics_open = true;
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(ask("/metrics").status, 200);
}

TEST_F(anonymous_test, trusted_proxies_loopback_and_the_operator_have_no_rate_limit) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(ask("/keys", proxy).status, 200);
        EXPECT_EQ(ask("/keys", "").status, 200);
        EXPECT_EQ(fixture.operate("GET", "/nothing").status, 404);
    }
    EXPECT_EQ(limited(), 0U);
}

TEST_F(anonymous_test, without_a_limit_nothing_is_rejected) {
    fixture.server.anonymous_limits = nullptr;
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(ask("/keys").status, 200);
}

TEST_F(anonymous_test, the_head_shows_which_requests_are_anonymous) {
    const auto users = fixture.base() + "/Users";
    EXPECT_TRUE(is_anonymous(head("/keys")));
    EXPECT_TRUE(is_anonymous(head("/keys", "Bearer x")));
    EXPECT_TRUE(is_anonymous(head("/oauth/token")));
    EXPECT_TRUE(is_anonymous(head("/healthzz")));
    EXPECT_TRUE(is_anonymous(head(users)));
    EXPECT_TRUE(is_anonymous(head(users, "Bearer nonsense")));
    EXPECT_TRUE(is_anonymous(head("/api/v1/organizations")));

    EXPECT_FALSE(is_anonymous(head(users, "Bearer " + fixture.token)));
    EXPECT_FALSE(is_anonymous(head("/api/v1/organizations", "Bearer a.b.c")));
    for (const auto* probe : {"/healthz", "/readyz?x=1", "/metrics"})
        EXPECT_FALSE(is_anonymous(head(probe))) << probe;
    auto by_operator = head("/api/v1/organizations");
    by_operator.from.is_operator = true;
    EXPECT_FALSE(is_anonymous(by_operator));
}

TEST_F(anonymous_test, each_address_is_a_tenant_of_its_own) {
    const auto owner = [](std::string_view address) {
        auto made = head("/keys");
        made.from.address = address;
        return anonymous_tenant(made);
    };
    EXPECT_EQ(owner("192.0.2.1"), owner("192.0.2.1"));
    EXPECT_NE(owner("192.0.2.1"), owner("192.0.2.2"));
    EXPECT_EQ(owner("2001:db8::1"), owner("2001:db8::2"));
}

TEST_F(anonymous_test, the_public_keys_are_cached_for_a_second_unless_a_key_is_added) {
    const auto first = fixture.call("GET", "/keys").text;
    const auto before = first.find("snk_");
    ASSERT_NE(before, std::string::npos);
    EXPECT_EQ(fixture.call("GET", "/keys").text, first);
    ASSERT_EQ(fixture.operate("POST", "/api/v1/signing-keys:rotate", "{}").status, 200);
    const auto both = fixture.call("GET", "/keys").text;
    EXPECT_GT(both.size(), first.size() + 100);
    fixture.clock.advance(1s);
    EXPECT_EQ(fixture.call("GET", "/keys").text, both);

    // A key that a job has added is visible after a second at the latest.
    fixture.clock.advance(24h * 30);
    EXPECT_EQ(fixture.call("GET", "/keys").text.find(first.substr(before, first.find('"', before) - before)),
            std::string::npos);
}

}  // namespace
}  // namespace scimd::api
