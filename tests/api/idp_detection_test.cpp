// How a directory's clients are read, and who they are found to be: settings, detection, and what follows.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

class idp_detection_test : public testing::Test {
protected:
    idp_detection_test() { set(R"({"directory_provider": ""})"); }

    [[nodiscard]] std::string path() const {
        return "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
    }

    json::object shown() { return fixture.operate("GET", path()).member("directory"); }

    std::string shown(std::string_view name) { return std::string(shown().at(name).as_string()); }

    void set(std::string_view body) {
        const auto got = fixture.operate("PATCH", path(), body);
        ASSERT_EQ(got.status, 200) << got.text;
    }

    int replace_unknown_type(const std::string& user) {
        return fixture
                .patch("/Users/" + user,
                        R"([{"op": "replace", "path": "emails[type eq \"own\"].value", "value": "o@acme.com"}])")
                .status;
    }

    test::api_fixture fixture;
};

TEST_F(idp_detection_test, a_directory_is_lenient_by_default) {
    const auto directory = shown();
    EXPECT_EQ(directory.at("scim_mode"), "compat");
    EXPECT_EQ(directory.at("unique_group_names"), true);
    EXPECT_EQ(directory.at("detected_provider"), "");
    EXPECT_FALSE(directory.contains("detected_provider_time"));
    EXPECT_FALSE(directory.contains("detected_provider_by"));
}

TEST_F(idp_detection_test, settings_are_given_with_a_new_directory) {
    const auto made =
            fixture.operate("POST", "/api/v1/organizations/" + fixture.organization + "/directories",
                    R"({"scim_mode": "strict", "unique_group_names": false, "directory_provider": "OKTA"})");
    ASSERT_EQ(made.status, 201) << made.text;
    const std::string id(made.member("directory").at("id").as_string());
    const auto got =
            fixture.operate("GET", "/api/v1/organizations/" + fixture.organization + "/directories/" + id);
    EXPECT_EQ(got.member("directory"), made.member("directory"));
    EXPECT_EQ(got.member("directory").at("scim_mode"), "strict");
    EXPECT_EQ(got.member("directory").at("unique_group_names"), false);
    EXPECT_EQ(got.member("directory").at("directory_provider"), "OKTA");
}

TEST_F(idp_detection_test, settings_that_do_not_exist_are_refused_and_change_nothing) {
    const auto before = shown();
    const std::pair<std::string_view, std::string_view> rows[] = {
            {R"({"scim_mode": "lax"})", "scim_mode must be one of compat, strict."},
            {R"({"scim_mode": "Strict"})", "scim_mode must be one of compat, strict."},
            {R"({"scim_mode": 1})", "scim_mode must be one of compat, strict."},
            {R"({"scim_mode": "strict", "unique_group_names": "no"})",
                    "unique_group_names must be true or false or null."},
            {R"({"scim_mode": "strict", "directory_provider": "ACME"})",
                    "directory_provider must be one of DIRECTORY_PROVIDER_UNSPECIFIED, OKTA, GOOGLE, "
                    "MICROSOFT_AD, "
                    "AUTH0,"
                    " ONELOGIN, JUMPCLOUD, PING_IDENTITY."},
            {R"({"scim_mode": "strict", "domain_policy": "none"})",
                    "domain_policy must be one of reject, hold, off."},
    };
    for (const auto& [body, message] : rows) {
        const auto got = fixture.operate("PATCH", path(), body);
        EXPECT_EQ(got.status, 400) << body;
        EXPECT_EQ(got.text_of("message"), message) << body;
    }
    EXPECT_EQ(shown(), before);
    const auto made = fixture.operate("POST",
            "/api/v1/organizations/" + fixture.organization + "/directories", R"({"scim_mode": "lax"})");
    EXPECT_EQ(made.status, 400);
    EXPECT_EQ(made.text_of("message"), "scim_mode must be one of compat, strict.");
}

TEST_F(idp_detection_test, strictness_holds_from_the_next_request_on) {
    const std::string body = R"({"userName": "a@acme.com", "emails": [{"value": "a@acme.com"}]})";
    set(R"({"scim_mode": "strict"})");
    const auto refused = fixture.scim("POST", "/Users", body);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.text_of("scimType"), "invalidValue");
    EXPECT_EQ(refused.text_of("detail"), "schemas is required.");
    EXPECT_EQ(fixture.events().size(), 0U);

    set(R"({"scim_mode": "compat"})");
    EXPECT_EQ(fixture.scim("POST", "/Users", body).status, 201);
}

TEST_F(idp_detection_test, attributes_and_excluded_attributes_exclude_each_other_in_strict_directories_only) {
    const auto user = fixture.make_user("a");
    const std::string both = "?attributes=userName&excludedAttributes=emails";
    const std::string one = "/Users/" + user + both;
    EXPECT_EQ(fixture.scim("GET", one).status, 200);
    set(R"({"scim_mode": "strict"})");
    for (const auto& got : {fixture.scim("GET", one), fixture.scim("GET", "/Users" + both),
                 fixture.scim("POST", "/Users" + both, test::user_text("b")),
                 fixture.scim("PUT", one, test::user_text("a"))}) {
        EXPECT_EQ(got.status, 400);
        EXPECT_EQ(got.text_of("detail"), "attributes and excludedAttributes exclude each other.");
    }
}

TEST_F(idp_detection_test, the_provider_is_detected_from_a_head_and_shown) {
    fixture.scim("GET", "/Users", "", {{"User-Agent", "curl/8"}});
    EXPECT_EQ(shown("detected_provider"), "");
    const auto got = fixture.scim("GET", "/Users", "", {{"User-Agent", "Okta SCIM Client 1.0.0"}});
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(shown("detected_provider"), "OKTA");
    EXPECT_EQ(shown("detected_provider_by"), "its User-Agent");
    EXPECT_EQ(shown("detected_provider_time"), "2026-01-02T03:04:05.000000Z");
    EXPECT_EQ(shown("directory_provider"), "");
    const auto list =
            fixture.operate("GET", "/api/v1/organizations/" + fixture.organization + "/directories");
    EXPECT_EQ(list.body.at("directories").at(0).at("detected_provider"), "OKTA");
}

TEST_F(idp_detection_test, the_provider_is_detected_from_a_body) {
    const auto user = fixture.make_user("a");
    fixture.clock.advance(std::chrono::minutes(1));
    EXPECT_EQ(fixture.patch("/Users/" + user, R"([{"op": "Replace", "path": "active", "value": "False"}])")
                      .status,
            200);
    EXPECT_EQ(shown("detected_provider"), "MICROSOFT_AD");
    EXPECT_EQ(shown("detected_provider_by"), "operations in capitals");
    EXPECT_EQ(shown("detected_provider_time"), "2026-01-02T03:05:05.000000Z");
}

TEST_F(idp_detection_test, a_detected_provider_stands_in_events_from_its_first_request_on) {
    const auto made =
            fixture.scim("POST", "/Users", test::user_text("a"), {{"User-Agent", "Okta SCIM Client 1.0.0"}});
    ASSERT_EQ(made.status, 201);
    ASSERT_EQ(fixture.events().size(), 1U);
    EXPECT_EQ(fixture.events().front().at("context").at("provider"), "OKTA");
    set(R"({"directory_provider": "ONELOGIN"})");
    fixture.make_user("b");
    EXPECT_EQ(fixture.events().back().at("context").at("provider"), "ONELOGIN");
    set(R"({"directory_provider": ""})");
    fixture.make_user("c");
    EXPECT_EQ(fixture.events().back().at("context").at("provider"), "OKTA");
}

TEST_F(idp_detection_test, detection_writes_once) {
    const test::header_list okta = {{"User-Agent", "Okta SCIM Client 1.0.0"}};
    fixture.scim("GET", "/Users", "", okta);
    fixture.clock.advance(std::chrono::hours(48));
    fixture.scim("GET", "/Users", "", okta);
    EXPECT_EQ(shown("detected_provider_time"), "2026-01-02T03:04:05.000000Z");
    fixture.scim("GET", "/Users", "", {{"User-Agent", "OneLogin"}});
    EXPECT_EQ(shown("detected_provider"), "ONELOGIN");
    EXPECT_EQ(shown("detected_provider_time"), "2026-01-04T03:04:05.000000Z");
    fixture.scim("GET", "/Users", "", okta);
    EXPECT_EQ(shown("detected_provider"), "ONELOGIN") << "two clients make no more writes than one in 10 s";
}

TEST_F(idp_detection_test, what_is_refused_detects_nothing) {
    fixture.call("GET", fixture.base() + "/Users", "", {{"User-Agent", "Okta SCIM Client 1.0.0"}});
    EXPECT_EQ(shown("detected_provider"), "");
}

TEST_F(idp_detection_test, entra_quirks_apply_once_entra_is_detected_or_configured) {
    const auto user = fixture.make_user("a");
    EXPECT_EQ(replace_unknown_type(user), 400);
    fixture.scim("GET", "/Users?aadOptscim062020");
    EXPECT_EQ(shown("detected_provider"), "MICROSOFT_AD");
    EXPECT_EQ(replace_unknown_type(user), 200);

    const auto other = fixture.make_user("b");
    set(R"({"directory_provider": "OKTA"})");
    EXPECT_EQ(replace_unknown_type(other), 400) << "the configured provider wins";
    set(R"({"directory_provider": "MICROSOFT_AD", "scim_mode": "strict"})");
    EXPECT_EQ(replace_unknown_type(other), 400);
    set(R"({"scim_mode": "compat"})");
    EXPECT_EQ(replace_unknown_type(other), 200);
}

TEST_F(idp_detection_test, names_of_groups_are_unique_unless_the_directory_says_otherwise) {
    fixture.make_group("Staff");
    EXPECT_EQ(fixture.scim("POST", "/Groups", test::group_text("STAFF")).status, 409);
    set(R"({"unique_group_names": false})");
    const auto second = fixture.make_group("STAFF");
    const auto found =
            fixture.scim("GET", "/Groups?filter=displayName%20eq%20%22staff%22&sortBy=displayName");
    EXPECT_EQ(found.body.at("totalResults"), 2);

    const auto refused = fixture.operate("PATCH", path(), R"({"unique_group_names": true})");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.text_of("message"),
            "Two groups of the directory have the same displayName; rename one of them first.");
    EXPECT_EQ(shown().at("unique_group_names"), false);

    EXPECT_EQ(fixture.scim("PUT", "/Groups/" + second, test::group_text("Guests")).status, 200);
    set(R"({"unique_group_names": true})");
    for (const auto* const name : {"staff", "guests"})
        EXPECT_EQ(fixture.scim("POST", "/Groups", test::group_text(name)).status, 409) << name;
    EXPECT_EQ(fixture.scim("PUT", "/Groups/" + second, test::group_text("staff")).status, 409);
}

}  // namespace
}  // namespace scimd::api
