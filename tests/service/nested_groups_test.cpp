// Direct and indirect groups of users: their representation, limits and cost.
#include "service/groups/nested_groups.hpp"

#include "service_fixture.hpp"
#include "support/recording_connection.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

namespace resources = store::resources;

using texts = std::vector<std::string>;

class nested_groups_test : public testing::Test {
protected:
    // The groups of a user as SCIM shows them, as "Staff direct", ….
    texts shown(const std::string& user) {
        texts found;
        const auto body = fixture.get("Users", user).body;
        const auto* groups = find(body, "groups");
        for (const auto& group : groups ? groups->as_array() : json::array())
            found.push_back(std::string(group.at("display").as_string()) + " " +
                            std::string(group.at("type").as_string()));
        return found;
    }

    // Adds a member directly in the store, without the checks of requests.
    resource_id insert(std::string_view type, const std::string& name) {
        const json::object document{{"displayName", name}};
        return resources::insert(fixture.tx(), here(), type, to_text(document), {.unique_key = name})->id;
    }
    void put_into(resource_id group, resource_id member, const std::string& type = "Group") {
        ASSERT_TRUE(resources::add_member(fixture.tx(), here(), group, {member, type, ""}));
    }
    std::vector<group_link> links_of(resource_id user) {
        return groups_of_users(fixture.tx(), here(), {user}).of[user];
    }
    directory_id here() const { return fixture.who.directory; }

    service_fixture fixture;
    std::string anna = fixture.add_user("anna");
};

TEST_F(nested_groups_test, groups_are_direct_where_they_list_the_user_and_indirect_above) {
    EXPECT_EQ(shown(anna), texts{});
    const auto team = fixture.add_group("Team", {anna});
    const auto unit = fixture.add_group("Unit", {team});
    fixture.add_group("Company", {unit});
    fixture.add_group("Others", {fixture.add_user("bert")});
    EXPECT_EQ(shown(anna), (texts{"Team direct", "Unit indirect", "Company indirect"}));
}

TEST_F(nested_groups_test, a_group_that_is_direct_and_indirect_is_listed_once_as_direct) {
    const auto team = fixture.add_group("Team", {anna});
    const auto left = fixture.add_group("Left", {team, anna});
    const auto right = fixture.add_group("Right", {team});
    fixture.add_group("Top", {left, right});
    EXPECT_EQ(shown(anna), (texts{"Team direct", "Left direct", "Right indirect", "Top indirect"}));
}

TEST_F(nested_groups_test, group_changes_do_not_raise_the_version_of_the_user) {
    const auto team = fixture.add_group("Team", {anna});
    const auto before = fixture.get("Users", anna).version();
    const auto unit = fixture.add_group("Unit", {team});
    EXPECT_EQ(shown(anna), (texts{"Team direct", "Unit indirect"}));
    EXPECT_EQ(fixture.remove("Groups", unit).status, 204);
    EXPECT_EQ(shown(anna), texts{"Team direct"});
    EXPECT_EQ(fixture.get("Users", anna).version(), before);
}

TEST_F(nested_groups_test, deleting_an_intermediate_group_removes_the_groups_above_it) {
    const auto team = fixture.add_group("Team", {anna});
    const auto unit = fixture.add_group("Unit", {team});
    const auto company = fixture.add_group("Company", {unit});
    fixture.remove("Groups", unit);
    EXPECT_EQ(shown(anna), texts{"Team direct"});
    EXPECT_EQ(fixture.members_of(company), texts{});
}

TEST_F(nested_groups_test, indirect_groups_end_at_the_level_limit) {
    const auto user = insert("User", "deep");
    auto lowest = insert("Group", "g");
    put_into(lowest, user, "User");
    for (std::size_t level = 1; level <= nested_levels_max; ++level) {
        const auto next = insert("Group", "g" + std::to_string(level));
        put_into(next, lowest);
        lowest = next;
    }
    const auto all = links_of(user);
    EXPECT_EQ(all.size(), nested_levels_max + 1);
    EXPECT_EQ(all.back().group.group, lowest);

    put_into(insert("Group", "beyond"), lowest);
    EXPECT_EQ(links_of(user).size(), nested_levels_max + 1);
}

TEST_F(nested_groups_test, indirect_groups_are_limited_and_direct_ones_are_not) {
    const auto user = insert("User", "wide");
    const auto team = insert("Group", "team");
    put_into(team, user, "User");
    for (std::size_t i = 0; i < indirect_groups_max; ++i)
        put_into(insert("Group", "g" + std::to_string(i)), team);
    EXPECT_EQ(links_of(user).size(), indirect_groups_max + 1);

    put_into(insert("Group", "one more"), team);
    EXPECT_EQ(links_of(user).size(), indirect_groups_max + 1);
    put_into(insert("Group", "direct"), user, "User");
    EXPECT_EQ(links_of(user).size(), indirect_groups_max + 2);
}

TEST_F(nested_groups_test, a_cycle_of_groups_ends_the_search) {
    const auto user = insert("User", "round");
    const auto a = insert("Group", "a");
    const auto b = insert("Group", "b");
    put_into(a, user, "User");
    put_into(b, a);
    put_into(a, b);
    const auto links = links_of(user);
    ASSERT_EQ(links.size(), 2U);
    EXPECT_TRUE(links[0].is_direct);
    EXPECT_EQ(links[1].group.group, b);
    EXPECT_FALSE(links[1].is_direct);
}

TEST_F(nested_groups_test, a_page_takes_one_query_a_level_for_all_its_users) {
    const auto team = insert("Group", "team");
    const auto unit = insert("Group", "unit");
    put_into(unit, team);
    std::vector<resource_id> users;
    for (std::size_t i = 0; i < 20; ++i) {
        users.push_back(insert("User", "u" + std::to_string(i)));
        put_into(team, users.back(), "User");
    }
    test::recording_connection recorder(fixture.store.connection());
    store::transaction recorded(recorder, fixture.tx().now(), fixture.store.ids);
    const auto links = groups_of_users(recorded, here(), users);
    EXPECT_EQ(links.of.size(), users.size());
    for (const auto& [user, found] : links.of)
        EXPECT_EQ(found.size(), 2U);
    EXPECT_EQ(recorder.texts.size(), 3U);  // of the users, of team, of unit
    for (const auto& text : recorder.texts)
        EXPECT_EQ(recorder.plan_of(text).find("SCAN"), std::string::npos) << text;
}

}  // namespace
}  // namespace scimd::service
