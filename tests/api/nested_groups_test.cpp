// Nested groups over HTTP: in lists, filters and preconditions.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

class nested_groups_api_test : public testing::Test {
protected:
    static std::string with_member(const std::string& id) {
        return R"(,"members":[{"value":")" + id + R"("}])";
    }

    std::int64_t count_of(const std::string& filter) {
        return fixture.scim("GET", "/Users?count=0&filter=" + filter)
                .body.at("totalResults")
                .to_number<int>();
    }

    test::api_fixture fixture;
    std::string anna = fixture.make_user("anna");
    std::string team = fixture.make_group("Team", with_member(anna));
    std::string unit = fixture.make_group("Unit", with_member(team));
};

TEST_F(nested_groups_api_test, lists_and_single_users_show_the_same_groups) {
    const auto one = fixture.scim("GET", "/Users/" + anna);
    ASSERT_EQ(one.status, 200);
    const auto& groups = one.body.at("groups").as_array();
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].at("value"), json::value(team));
    EXPECT_EQ(groups[0].at("type"), "direct");
    EXPECT_EQ(groups[1].at("value"), json::value(unit));
    EXPECT_EQ(groups[1].at("type"), "indirect");
    const auto listed = fixture.scim("GET", "/Users");
    EXPECT_EQ(listed.body.at("Resources").at(0).at("groups"), one.body.at("groups"));
}

TEST_F(nested_groups_api_test, filters_match_direct_groups_only) {
    EXPECT_EQ(count_of("groups.value%20eq%20%22" + team + "%22"), 1);
    EXPECT_EQ(count_of("groups.value%20eq%20%22" + unit + "%22"), 0);
    EXPECT_EQ(count_of("groups.display%20eq%20%22Team%22"), 1);
    EXPECT_EQ(count_of("groups.display%20eq%20%22Unit%22"), 0);
}

TEST_F(nested_groups_api_test, the_etag_of_a_user_does_not_change_with_its_groups) {
    const auto tag = fixture.scim("GET", "/Users/" + anna).header("ETag");
    ASSERT_EQ(fixture.scim("DELETE", "/Groups/" + team).status, 204);
    const auto now = fixture.scim("GET", "/Users/" + anna);
    EXPECT_FALSE(now.body.contains("groups"));
    EXPECT_EQ(now.header("ETag"), tag);
    const auto patched = fixture.patch(
            "/Users/" + anna, R"([{"op":"replace","path":"title","value":"T"}])", {{"If-Match", tag}});
    EXPECT_EQ(patched.status, 200) << patched.text;
}

TEST_F(nested_groups_api_test, a_recreated_user_name_is_a_new_user) {
    ASSERT_EQ(fixture.scim("DELETE", "/Users/" + anna).status, 204);
    const auto again = fixture.make_user("anna");
    EXPECT_NE(again, anna);
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).status, 404);
    EXPECT_FALSE(fixture.scim("GET", "/Users/" + again).body.contains("groups"));
}

}  // namespace
}  // namespace scimd::api
