// What an organization's features switch, and the shapes that official client libraries rely on.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class features_test : public testing::Test {
protected:
    void set(std::string_view name, bool is_enabled) {
        const auto body = R"({"features":[{"name":")" + std::string(name) + R"(","enabled":)" +
                          (is_enabled ? "true" : "false") + "}]}";
        ASSERT_EQ(fixture.operate("PATCH", owner + "/settings", body).status, 200);
    }

    static texts ids_of(const test::answer& got) {
        texts found;
        for (const auto& one : got.body.at("organizations").as_array())
            found.emplace_back(one.at("id").as_string());
        return found;
    }

    test::api_fixture fixture;
    const std::string owner = "/api/v1/organizations/" + fixture.organization;
};

TEST_F(features_test, without_dir_sync_scim_and_new_directories_are_refused) {
    const auto anna = fixture.make_user("anna");
    set("sso", true);
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).status, 200) << "it is on until it is turned off";
    set("dir_sync", false);
    const auto refused = fixture.scim("GET", "/Users/" + anna);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.text_of("detail"), "The feature dir_sync is turned off for this organization.");
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("bert")).status, 403);
    EXPECT_EQ(fixture.call("GET", fixture.base() + "/Users").status, 401) << "only a good token learns it";
    const auto made = fixture.operate("POST", owner + "/directories");
    EXPECT_EQ(made.status, 403);
    EXPECT_EQ(made.text_of("message"),
            "The feature dir_sync is turned off for this organization: it has no new directories.");
    set("dir_sync", true);
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).status, 200);
    EXPECT_EQ(fixture.operate("POST", owner + "/directories").status, 201);
}

TEST_F(features_test, features_that_were_never_set_are_shown_as_they_are) {
    EXPECT_FALSE(fixture.operate("GET", owner).member("organization").contains("settings"));
    set("sso", true);
    const json::object expected{{"features", json::array{json::object{{"name", "sso"}, {"enabled", true}},
                                                     json::object{{"name", "dir_sync"}, {"enabled", true}}}}};
    EXPECT_EQ(fixture.operate("GET", owner).member("organization").at("settings"), expected);
}

TEST_F(features_test, without_domain_verification_customers_do_not_verify_by_dns) {
    const auto bound = fixture.make_bound_token("Customer");
    const auto as_customer = [&](std::string_view method, const std::string& path,
                                     std::string_view body = "") {
        return fixture.call(method, owner + path, body, {{"Authorization", "Bearer " + bound}});
    };
    const auto made = as_customer("POST", "/domains", R"({"domain":"one-of-ours.com"})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto verify = "/domains/" + std::string(made.member("domain").at("id").as_string()) + ":verify";
    set("domain_verification", false);
    for (const auto& refused : {as_customer("POST", "/domains", R"({"domain":"another-one.com"})"),
                 as_customer("PATCH", verify)}) {
        EXPECT_EQ(refused.status, 403);
        EXPECT_EQ(refused.text_of("message"),
                "The feature domain_verification is turned off for this organization.");
    }
    EXPECT_EQ(fixture.operate("PATCH", owner + verify).status, 200) << "the application may have it verified";
    set("domain_verification", true);
    fixture.clock.advance(std::chrono::minutes(10));
    EXPECT_EQ(as_customer("POST", "/domains", R"({"domain":"another-one.com"})").status, 201);
}

TEST_F(features_test, organizations_are_listed_newest_first_forwards_and_backwards) {
    texts newest_first{fixture.organization};
    for (const auto* const name : {"Acme B", "Acme C", "Acme D", "Acme E"})
        newest_first.insert(newest_first.begin(), fixture.make_organization(name));
    for (const auto* const list : {"/api/v1/organizations?", "/api/v1/organizations:search?query=acme&"}) {
        const std::string path = std::string(list) + "page_size=2&page_token=";
        const auto first = fixture.operate("GET", path);
        EXPECT_EQ(ids_of(first), texts(newest_first.begin(), newest_first.begin() + 2)) << list;
        EXPECT_EQ(first.text_of("prev_page_token"), "");
        const auto second = fixture.operate("GET", path + first.text_of("next_page_token"));
        EXPECT_EQ(ids_of(second), texts(newest_first.begin() + 2, newest_first.begin() + 4));
        fixture.make_organization(
                "Acme " + std::string(list).substr(20, 1));  // comes before all pages so far
        const auto last = fixture.operate("GET", path + second.text_of("next_page_token"));
        EXPECT_EQ(ids_of(last).back(), newest_first.back());
        EXPECT_EQ(last.text_of("next_page_token"), "");
        const auto back = fixture.operate("GET", path + last.text_of("prev_page_token"));
        EXPECT_EQ(ids_of(back), ids_of(second));
        EXPECT_EQ(ids_of(fixture.operate("GET", path + back.text_of("prev_page_token"))), ids_of(first));
        newest_first.insert(
                newest_first.begin(), ids_of(fixture.operate("GET", "/api/v1/organizations")).front());
    }
    // Tokens of lists that began with the oldest: "organizations>1".
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations?page_token=b3JnYW5pemF0aW9ucz4x").status, 404);
}

TEST_F(features_test, an_unspecified_provider_is_one_of_one_s_own) {
    const auto made = fixture.operate("POST", owner + "/directories",
            R"({"directory_type":"SCIM","directory_provider":"DIRECTORY_PROVIDER_UNSPECIFIED"})");
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.member("directory").at("directory_provider"), "");
    const auto path = owner + "/directories/" + fixture.directory;
    EXPECT_EQ(fixture.operate("GET", path).member("directory").at("directory_provider"), "OKTA");
    EXPECT_EQ(fixture.operate("PATCH", path, R"({"name":"x"})").member("directory").at("directory_provider"),
            "OKTA");
    const auto changed =
            fixture.operate("PATCH", path, R"({"directory_provider":"DIRECTORY_PROVIDER_UNSPECIFIED"})");
    EXPECT_EQ(changed.member("directory").at("directory_provider"), "");
}

}  // namespace
}  // namespace scimd::api
