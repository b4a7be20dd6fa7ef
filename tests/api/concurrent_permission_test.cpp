// Tokens, domains and seats that a request loses between its preparation and its write (docs/decisions/0036).
#include "concurrent_change_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::api {
namespace {

// --- authentication

TEST_F(concurrent_user_change_test, a_revoked_token_is_valid_for_a_waiting_request_for_one_second) {
    const auto made = operate("POST", directory + "/secrets", "{}");
    const std::string text(made.text_of("plain_secret"));
    const auto secret = directory + "/secrets/" + std::string(made.member("secret").at("id").as_string());
    const auto change = [&](std::string_view value) {
        http::request head;
        head.method = "PATCH";
        head.target = fixture.base() + path;
        head.body =
                R"({"Operations":[{"op":"replace","path":"title","value":")" + std::string(value) + R"("}]})";
        head.from.address = "192.0.2.7";
        head.headers.add("Authorization", "Bearer " + text);
        return fixture.send(std::move(head));
    };
    once([&] { fixture.clock.advance(recheck_after - std::chrono::microseconds(1)); });
    EXPECT_EQ(change("A").status, 200);
    once([&] {
        wait_long();
        operate("DELETE", secret);
    });
    EXPECT_EQ(change("B").status, 401);
    EXPECT_EQ(fixture.scim("GET", path).text_of("title"), "A");
}

TEST_F(concurrent_user_change_test, a_disabled_directory_rejects_a_change_that_has_waited) {
    const auto disable = [this] {
        wait_long();
        operate("PATCH", directory + ":disable");
    };
    const auto enable = [this] { operate("PATCH", directory + ":enable"); };
    once(disable);
    EXPECT_EQ(title().status, 403);
    enable();
    once(disable);
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("berta")).status, 403);
    enable();
    once(disable);
    EXPECT_EQ(fixture.scim("DELETE", path).status, 403);
    enable();
    EXPECT_EQ(fixture.scim("GET", path).text_of("title"), "Boss");
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults"), json::value(1));
}

TEST_F(concurrent_user_change_test, a_deactivated_user_cannot_change_itself) {
    const auto token = fixture.make_user_token(id);
    once([this] {
        wait_long();
        fixture.patch(path, R"([{"op":"replace","path":"active","value":false}])");
    });
    http::request head;
    head.method = "PATCH";
    head.target = fixture.base() + "/Me";
    head.body = R"({"Operations":[{"op":"replace","path":"nickName","value":"A"}]})";
    head.from.address = "192.0.2.7";
    head.headers.add("Authorization", "Bearer " + token);
    EXPECT_EQ(fixture.send(std::move(head)).status, 403);
    EXPECT_EQ(fixture.scim("GET", path).text_of("nickName"), "");
}

// --- the domain gate and seats

TEST_F(concurrent_user_change_test, a_domain_released_meanwhile_rejects_the_user) {
    const auto release = [this] { operate("DELETE", owner + "/domains/" + fixture.domain); };
    once(release);
    const auto refused = fixture.scim("POST", "/Users", test::user_text("berta"));
    EXPECT_EQ(refused.status, 400) << refused.text;
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults"), json::value(1));
    EXPECT_EQ(new_event_types().back(), "user_rejected");
    EXPECT_EQ(title().status, 400);
    EXPECT_EQ(fixture.scim("GET", path).text_of("title"), "Boss");
}

TEST_F(concurrent_user_change_test, the_last_seat_is_given_once) {
    operate("PATCH", owner + "/settings/usermanagement", R"({"settings":{"max_allowed_users":2}})");
    once([this] { fixture.make_user("berta"); });
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("carla")).status, 403);
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults"), json::value(2));
}

class held_user_concurrency_test : public concurrent_change_test {
protected:
    held_user_concurrency_test() {
        fixture.directory = fixture.make_directory(fixture.organization, "hold");
        fixture.token = fixture.make_token(fixture.directory);
        operate("DELETE", owner + "/domains/" + fixture.domain);
        path = "/Users/" + fixture.make_user("zoe", R"(,"title":"Boss")");
        discard_events();
    }

    void verify_domain() {
        fixture.make_domain(fixture.organization, "acme.com");
        fixture.work_off();
    }

    std::string path;
};

TEST_F(held_user_concurrency_test, a_user_released_before_the_change_is_updated_not_created) {
    once([this] { verify_domain(); });
    EXPECT_EQ(fixture.patch(path, set_title).status, 200);
    const auto published = new_events();
    ASSERT_FALSE(published.empty());
    EXPECT_EQ(published.back().at("type"), json::value("organization.directory.user_updated"));
    EXPECT_EQ(to_text(published.back().at("previous_attributes")), R"({"title":"Boss"})");
}

TEST_F(held_user_concurrency_test, a_user_whose_domain_is_verified_before_the_change_is_released_by_it) {
    once([this] { fixture.make_domain(fixture.organization, "acme.com"); });
    EXPECT_EQ(fixture.patch(path, set_title).status, 200);
    const auto published = new_events();
    EXPECT_EQ(published.back().at("type"), json::value("organization.directory.user_created"));
    EXPECT_EQ(published.back().at("data").at("title"), json::value("Queen"));
}

}  // namespace
}  // namespace scimd::api
