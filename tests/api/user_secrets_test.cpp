// The life of secrets that stand for a user: made, shown, counted, ended.
#include "service/auth/secrets.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class user_secrets_test : public testing::Test {
protected:
    test::answer make(std::string_view user) { return fixture.operate("POST", path, body_for(user)); }

    static std::string body_for(std::string_view user) {
        return R"({"directory_user_id":")" + std::string(user) + R"("})";
    }

    test::answer me(const std::string& token) {
        return fixture.call("GET", fixture.base() + "/Me", "", {{"Authorization", "Bearer " + token}});
    }

    json::object shown(const test::answer& made) {
        const std::string secret(made.member("secret").at("id").as_string());
        return fixture.operate("GET", path + "/" + secret).member("secret");
    }

    test::api_fixture fixture;
    const std::string path = "/api/v1/organizations/-/directories/" + fixture.directory + "/secrets";
    const std::string id = fixture.make_user("anna");
};

TEST_F(user_secrets_test, a_secret_is_shown_with_its_user) {
    const auto made = make(id);
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.member("secret").at("directory_user_id"), json::value(id));
    EXPECT_EQ(shown(made), made.member("secret"));
    const auto listed = fixture.operate("GET", path).body.at("secrets").as_array();
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_FALSE(listed[0].as_object().contains("directory_user_id"));
    EXPECT_EQ(listed[1], made.body.at("secret"));
    const auto directory = fixture.operate("GET", path.substr(0, path.rfind('/'))).member("directory");
    EXPECT_EQ(directory.at("secrets").as_array().size(), 1U) << "the directory's own";

    EXPECT_EQ(me(made.text_of("plain_secret")).status, 200);
    EXPECT_EQ(shown(made).at("last_used_address"), "192.0.2.7");
    const auto entry = fixture.operate("GET", "/api/v1/audit-log?page_size=1").body.at("entries").at(0);
    EXPECT_EQ(entry.at("route"), "/api/v1/organizations/{organization}/directories/{directory}/secrets");
    EXPECT_EQ(entry.at("after").at("secret").at("directory_user_id"), json::value(id));
    EXPECT_EQ(entry.at("after").at("plain_secret"), "[withheld]");
}

TEST_F(user_secrets_test, only_a_user_of_the_directory_who_may_come_in_can_have_one) {
    fixture.operate("PATCH", path.substr(0, path.rfind('/')), R"({"domain_policy":"hold"})");
    const auto held = fixture.scim(
            "POST", "/Users", R"({"userName":"held","emails":[{"value":"held@elsewhere.org"}]})");
    ASSERT_EQ(held.status, 201) << held.text;
    const auto asleep = fixture.make_user("bert", R"(,"active":false)");
    const auto group = fixture.make_group("Staff");
    const auto gone = fixture.make_user("carl");
    fixture.scim("DELETE", "/Users/" + gone);
    constexpr std::string_view none = "directory_user_id: this directory has no such user.";
    constexpr std::string_view no_id = "directory_user_id must be the id of a user: diruser_…";
    const struct {
        std::string user;
        int status;
        std::string_view reason;
    } rows[] = {
            {"diruser_1", 404, none},
            {gone, 404, none},
            {"diruser_" + group.substr(group.find('_') + 1), 404, none},
            {group, 400, no_id},
            {"anna", 400, no_id},
            {"", 400, no_id},
            {held.text_of("id"), 409, "directory_user_id: the user is held back; see held-users."},
            {asleep, 409, "directory_user_id: the user is deactivated."},
    };
    for (const auto& [user, status, reason] : rows) {
        const auto refused = make(user);
        EXPECT_EQ(refused.status, status) << user;
        EXPECT_EQ(refused.text_of("message"), reason) << user;
    }
    const auto other = fixture.make_directory(fixture.organization);
    const auto elsewhere = "/api/v1/organizations/-/directories/" + other + "/secrets";
    const auto refused = fixture.operate("POST", elsewhere, body_for(id));
    EXPECT_EQ(refused.text_of("message"), "directory_user_id: this directory has no such user.");
    EXPECT_EQ(fixture.operate("POST", path, R"({"directory_user_id":7})").status, 400);
    EXPECT_EQ(fixture.operate("POST", path,
                             R"({"expire_time":"2020-01-01T00:00:00Z",)" + body_for(id).substr(1))
                      .status,
            409);
    EXPECT_EQ(fixture.operate("POST", path, R"({"directory_user_id":null})").status, 201)
            << "the directory's";
}

TEST_F(user_secrets_test, it_opens_its_own_directory_alone) {
    const auto token = make(id).text_of("plain_secret");
    const auto other = fixture.make_directory(fixture.organization);
    const auto got = fixture.call(
            "GET", "/directory/" + other + "/scim/v2/Me", "", {{"Authorization", "Bearer " + token}});
    EXPECT_EQ(got.status, 401);
    EXPECT_EQ(got.text, fixture.call("GET", "/directory/" + other + "/scim/v2/Me").text);
}

TEST_F(user_secrets_test, it_sleeps_while_its_user_is_deactivated) {
    const auto token = make(id).text_of("plain_secret");
    const auto set_active = [&](std::string_view value) {
        return fixture
                .patch("/Users/" + id,
                        R"([{"op":"replace","path":"active","value":)" + std::string(value) + "}]")
                .status;
    };
    EXPECT_EQ(set_active("false"), 200);
    for (const auto* method : {"GET", "PATCH", "PUT", "POST", "DELETE"}) {
        const auto got = fixture.call(method, fixture.base() + "/Me",
                R"({"Operations":[{"op":"replace","path":"active","value":true}]})",
                {{"Authorization", "Bearer " + token}});
        EXPECT_EQ(got.status, 403) << method;
        EXPECT_EQ(got.text_of("detail"), "The user for whom this token stands is deactivated.") << method;
    }
    EXPECT_EQ(set_active("true"), 200);
    EXPECT_EQ(me(token).status, 200);
    EXPECT_EQ(fixture.patch("/Users/" + id, R"([{"op":"remove","path":"active"}])").status, 400);
    EXPECT_EQ(me(token).status, 200) << "who was not switched off is active";
    fixture.operate("PATCH", path.substr(0, path.rfind('/')) + ":disable");
    EXPECT_EQ(me(token).text_of("detail"),
            "This directory is disabled. Enable it to provision users and groups.");
}

TEST_F(user_secrets_test, it_ends_with_its_user_and_with_an_event) {
    const auto first = make(id);
    const auto second = make(id);
    const auto bert = fixture.make_user("bert");
    const auto third = make(bert);
    const auto revoked = make(bert);
    fixture.operate("DELETE", path + "/" + std::string(revoked.member("secret").at("id").as_string()));
    const auto before = fixture.events().size();
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + id).status, 204);
    EXPECT_EQ(
            fixture.scim("POST", "/Bulk",
                           R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"DELETE","path":"/Users/)" +
                                   bert + R"("}]})")
                    .status,
            200);
    const auto published = fixture.events();
    const auto types = fixture.event_types();
    ASSERT_EQ(std::vector<std::string>(types.begin() + static_cast<std::ptrdiff_t>(before), types.end()),
            (std::vector<std::string>{
                    "user_deleted", "token_revoked", "token_revoked", "user_deleted", "token_revoked"}));
    EXPECT_EQ(published[before + 1].at("data").at("id"), first.member("secret").at("id"));
    EXPECT_EQ(published[before + 1].at("data").at("directory_user_id"), json::value(id));
    EXPECT_EQ(published[before + 1].at("context").at("caused_by"), published[before].at("id"));
    EXPECT_EQ(published[before + 4].at("data").at("id"), third.member("secret").at("id"));
    for (const auto& made : {first, second, third}) {
        EXPECT_EQ(me(made.text_of("plain_secret")).status, 401);
        EXPECT_EQ(shown(made).at("status"), "INACTIVE");
    }
    EXPECT_EQ(shown(first).at("directory_user_id"), json::value(id));
    EXPECT_EQ(fixture.operate("POST", "/api/v1/check").text, R"({"is_sound":true,"findings":[]})");
}

TEST_F(user_secrets_test, it_is_revoked_and_expires_as_any_other) {
    const auto made = fixture.operate(
            "POST", path, R"({"expire_time":"2026-01-02T04:04:05Z",)" + body_for(id).substr(1));
    const auto other = make(id);
    fixture.operate("DELETE", path + "/" + std::string(other.member("secret").at("id").as_string()));
    EXPECT_EQ(me(other.text_of("plain_secret")).status, 401);
    fixture.clock.advance(1h - 1us);
    EXPECT_EQ(me(made.text_of("plain_secret")).status, 200);
    fixture.clock.advance(1us);
    EXPECT_EQ(me(made.text_of("plain_secret")).status, 401);
}

TEST_F(user_secrets_test, who_replaces_the_directory_s_leaves_the_users) {
    const auto token = make(id).text_of("plain_secret");
    EXPECT_EQ(fixture.operate("POST", path + ":regenerate", R"({"overlap_seconds":0})").status, 201);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 401);
    EXPECT_EQ(me(token).status, 200);
    EXPECT_EQ(fixture.operate("POST", path + ":regenerate", body_for(id)).status, 400)
            << "there is no such member";
}

TEST_F(user_secrets_test, a_user_has_10_alive_and_no_11th_and_the_directory_its_20) {
    for (std::size_t i = 0; i < service::secrets::alive_of_user_max; ++i)
        ASSERT_EQ(make(id).status, 201) << i;
    const auto refused = make(id);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.text_of("message"), "The user has 10 secrets already; revoke one first.");
    EXPECT_EQ(make(fixture.make_user("bert")).status, 201);
    for (std::size_t i = 1; i < service::secrets::alive_max; ++i)
        ASSERT_EQ(fixture.operate("POST", path).status, 201) << i;
    EXPECT_EQ(fixture.operate("POST", path).status, 409);
}

}  // namespace
}  // namespace scimd::api
