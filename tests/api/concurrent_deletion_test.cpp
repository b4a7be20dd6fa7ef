// Concurrent changes between the preparation of a deletion and its write (docs/decisions/0036).
#include "api/scim/preparation.hpp"
#include "concurrent_change_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace scimd::api {
namespace {

TEST_F(concurrent_user_change_test, the_event_of_a_deletion_shows_the_user_at_the_time_of_the_write) {
    once([this] { title(); });
    EXPECT_EQ(fixture.scim("DELETE", path).status, 204);
    EXPECT_EQ(database->writes, 2U);
    const auto published = new_events();
    ASSERT_EQ(published.size(), 2U);
    EXPECT_EQ(published.back().at("type"), json::value("organization.directory.user_deleted"));
    const auto& data = published.back().at("data").as_object();
    EXPECT_EQ(data.at("id"), json::value(id));
    EXPECT_EQ(data.at("title"), json::value("Queen"));
    EXPECT_EQ(data.at("deleted_at"), published.back().at("occurred_at"));
    EXPECT_EQ(data.at("reason"), json::value("scim_delete"));
    EXPECT_EQ(published.back().at("object_version"), json::value(2));
}

TEST_F(concurrent_user_change_test, the_event_of_a_deletion_keeps_attribute_text_that_resembles_its_own) {
    const std::string own = R"("deleted_at":"1970-01-01T00:00:00Z","reason":")";
    const auto other = fixture.make_user("other", R"(,"title":)" + to_text(json::value(own)));
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + other).status, 204);
    const auto published = new_events();
    EXPECT_EQ(published.back().at("data").at("title"), json::value(own));
    EXPECT_EQ(published.back().at("data").at("deleted_at"), published.back().at("occurred_at"));
}

TEST_F(concurrent_user_change_test, the_event_of_a_deletion_has_the_groups_at_the_time_of_the_write) {
    std::string group;
    once([&] { group = fixture.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])"); });
    EXPECT_EQ(fixture.scim("DELETE", path).status, 204);
    const auto published = new_events();
    const auto deleted = std::ranges::find_if(published, [](const json::object& one) {
        return one.at("type") == json::value("organization.directory.user_deleted");
    });
    ASSERT_NE(deleted, published.end());
    EXPECT_EQ(to_text(deleted->at("data").at("groups")), R"([{"id":")" + group + R"(","name":"Staff"}])");
    EXPECT_EQ(fixture.scim("GET", "/Groups/" + group).status, 200);
}

TEST_F(concurrent_user_change_test,
        a_deletion_checks_its_precondition_and_the_user_at_the_time_of_the_write) {
    once([this] { title(); });
    const auto got = fixture.scim("DELETE", path, "", {{"If-Match", "W/\"1\""}});
    EXPECT_EQ(got.status, 412);
    EXPECT_EQ(got.text_of("detail"), "The resource has version W/\"2\".");
    once([this] { fixture.scim("DELETE", path); });
    EXPECT_EQ(fixture.scim("DELETE", path).status, 404);
    EXPECT_EQ(new_event_types(), (texts{"user_updated", "user_deleted"}));
}

TEST_F(concurrent_user_change_test, a_deletion_with_repeated_conflicts_is_prepared_in_the_writer) {
    int number = 0;
    database->before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto nick = std::to_string(++number);
        fixture.patch(path, R"([{"op":"replace","path":"nickName","value":")" + nick + R"("}])");
    };
    EXPECT_EQ(fixture.scim("DELETE", path).status, 204);
    database->before = nullptr;
    EXPECT_EQ(number, preparations_max);
    EXPECT_EQ(database->writes, static_cast<std::size_t>(preparations_max));
    const auto published = new_events();
    EXPECT_EQ(published.back().at("data").at("nickname"), json::value(std::to_string(number)));
    EXPECT_EQ(fixture.scim("GET", path).status, 404);
}

}  // namespace
}  // namespace scimd::api
