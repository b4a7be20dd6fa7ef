// Deletion of groups with very many members, and of users in very many groups.
#include "membership_batches_fixture.hpp"
#include "service/domains/held_user_release.hpp"

#include <set>

namespace scimd::api {
namespace {

class membership_removal_test : public membership_batches_fixture {};

TEST_F(membership_removal_test, a_large_group_is_deleted_in_batches) {
    const auto users = add_users("u", 2 * at_once + 1);
    const auto group = fixture.make_group("All");
    put_into(group, users);
    kill_at_write(2);
    EXPECT_THROW(send("DELETE", "/Groups/" + group), killed);
    database.before = nullptr;
    EXPECT_EQ(jobs(), 1U);
    EXPECT_EQ(members_of(group), users) << "it exists until its last batch";
    const auto deleted = send("DELETE", "/Groups/" + group);
    EXPECT_EQ(deleted.status, 404) << "the request before has deleted it";
    EXPECT_EQ(writes, 4U);
    EXPECT_EQ(fixture.scim("GET", "/Groups/" + group).status, 404);
    EXPECT_EQ(jobs(), 0U);

    fixture.work_off();
    std::string end;
    std::size_t updated = 0;
    for (const auto& event : events()) {
        if (event.at("type").as_string() == "organization.directory.group_deleted")
            end = event.at("id").as_string();
        if (event.at("type").as_string() != "organization.directory.user_updated")
            continue;
        ++updated;
        EXPECT_EQ(event.at("context").at("caused_by").as_string(), end);
        EXPECT_TRUE(event.at("data").at("groups").as_array().empty());
        EXPECT_EQ(event.at("previous_attributes").at("groups").as_array().size(), 1U);
    }
    EXPECT_NE(end, "");
    EXPECT_EQ(updated, users.size());
}

TEST_F(membership_removal_test, a_small_group_is_deleted_in_one_transaction) {
    const auto users = add_users("u", at_once);
    const auto group = fixture.make_group("All");
    put_into(group, users);
    EXPECT_EQ(send("DELETE", "/Groups/" + group).status, 204);
    EXPECT_EQ(writes, 1U);
    const auto other = fixture.make_group("Other");
    put_into(other, users);
    put_into(other, add_users("more", 1));
    EXPECT_EQ(send("DELETE", "/Groups/" + other).status, 204);
    EXPECT_EQ(writes, 4U);
    EXPECT_EQ(fixture.scim("GET", "/Groups/" + other).status, 404);
}

TEST_F(membership_removal_test, a_user_in_very_many_groups_is_deleted_in_batches) {
    const auto anna = fixture.make_user("anna");
    const auto bob = fixture.make_user("bob");
    const auto few = groups_with(bob, groups_at_once);
    EXPECT_EQ(send("DELETE", "/Users/" + bob).status, 204);
    EXPECT_EQ(writes, 1U);
    EXPECT_EQ(members_in("group_member_removed").size(), few.size());

    const auto groups = groups_with(anna, 2 * groups_at_once + 1);
    kill_at_write(3);
    EXPECT_THROW(send("DELETE", "/Users/" + anna), killed);
    database.before = nullptr;
    const auto shown = fixture.scim("GET", "/Users/" + anna);
    EXPECT_EQ(shown.body.at("groups").as_array().size(), groups.size() - groups_at_once);
    fixture.work_off();
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).status, 404);
    EXPECT_EQ(members_in("group_member_removed").size(), few.size() + groups.size());
    EXPECT_EQ(members_of(groups.front()), texts());
    const auto all = events();
    const auto end = std::ranges::find_if(all, [&](const auto& event) {
        return event.at("type").as_string() == "organization.directory.user_deleted" &&
               event.at("data").at("id").as_string() == anna;
    });
    ASSERT_NE(end, all.end());
    // The first hundred groups, as in any event of a user.
    EXPECT_EQ(end->at("data").at("groups").as_array().size(), 100U);
    EXPECT_EQ(end->at("data").at("groups").at(0).at("id").as_string(), groups.front());
    EXPECT_TRUE(end->at("data").at("groups_truncated").as_bool());
}

TEST_F(membership_removal_test, a_deletion_whose_precondition_fails_is_not_started) {
    const auto group = fixture.make_group("All");
    put_into(group, add_users("u", at_once + 1));
    const auto got = fixture.scim("DELETE", "/Groups/" + group, "", {{"If-Match", "W/\"77\""}});
    EXPECT_EQ(got.status, 412);
    EXPECT_EQ(jobs(), 0U);
}

TEST_F(membership_removal_test, a_deletion_in_batches_is_in_the_request_log) {
    const auto users = add_users("u", at_once + 1);
    const auto log = "/api/v1/organizations/-/directories/" + fixture.directory + "/request-log?method=";
    const auto changes = [&](const std::string& method) {
        fixture.write_log();
        return fixture.operate("GET", log + method).body.at("entries").at(0).at("changes").as_array();
    };
    const auto deleted = [](const std::string& id) {
        return json::array{json::object{{"action", "deleted"}, {"id", id}, {"attributes", json::array()}}};
    };
    const auto alone = fixture.make_group("Alone");
    put_into(alone, users);
    EXPECT_EQ(send("DELETE", "/Groups/" + alone).status, 204);
    EXPECT_EQ(changes("DELETE"), deleted(alone));

    const auto listed = fixture.make_group("Listed");
    put_into(listed, users);
    const auto bulk = R"({"Operations":[{"method":"DELETE","path":"/Groups/)" + listed + R"("}]})";
    EXPECT_EQ(send("POST", "/Bulk", bulk).status, 200);
    EXPECT_EQ(changes("POST"), deleted(listed));
}

// Each group of a released user has an event of its own.
TEST_F(membership_removal_test, the_group_events_of_a_released_user_are_published_in_batches) {
    const auto path = "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
    ASSERT_EQ(fixture.operate("PATCH", path, R"({"domain_policy":"hold"})").status, 200);
    const auto made = fixture.scim(
            "POST", "/Users", R"({"userName":"eve","emails":[{"value":"eve@evil.test","primary":true}]})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto eve = made.text_of("id");
    auto groups = groups_with(eve, 2 * groups_at_once + 1);
    ASSERT_EQ(fixture.operate("PATCH", path, R"({"domain_policy":"off"})").status, 200);
    std::size_t batches = 0;
    while (members_in("group_member_added").size() < groups.size() && batches < 10) {
        write([&](store::transaction& tx) {
            service::release_held_users(tx, fixture.server.environment, fixture.schemas);
            service::membership_jobs::run_oldest_step(tx, fixture.schemas, time_point::max());
        });
        ++batches;
    }
    EXPECT_EQ(batches, 2U);
    EXPECT_EQ(jobs(), 0U);
    EXPECT_EQ(members_in("group_member_added"), texts(groups.size(), eve));
    std::string cause;
    std::set<std::string> causes;
    for (const auto& event : events()) {
        if (event.at("type").as_string() == "organization.directory.user_created")
            cause = event.at("id").as_string();
        if (event.at("type").as_string() == "organization.directory.group_member_added")
            causes.emplace(event.at("context").at("caused_by").as_string());
    }
    EXPECT_EQ(causes, std::set<std::string>{cause});
}

}  // namespace
}  // namespace scimd::api
