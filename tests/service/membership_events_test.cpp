// Events for members that are added to groups and removed from them.
#include "service/groups/membership_events.hpp"

#include "service/events/events.hpp"
#include "service/groups/membership.hpp"
#include "service_fixture.hpp"

#include <gtest/gtest.h>

#include <set>

namespace scimd::service {
namespace {

using ids = std::vector<std::string>;

class membership_events_test : public testing::Test {
protected:
    ids add_users(std::size_t count) {
        ids users;
        for (std::size_t i = 0; i < count; ++i)
            users.push_back(fixture.add_user("user" + std::to_string(i)));
        return users;
    }

    // The group events of one kind: the number of members in each, their batch ids, and all members.
    struct batches {
        std::vector<std::size_t> sizes;
        std::set<std::string> batch_ids;
        std::set<std::string> members;
    };
    static batches batches_of(const std::vector<json::object>& events, std::string_view kind) {
        batches found;
        for (const auto& event : events) {
            if (kind_of(event) != kind)
                continue;
            const auto& members = event.at("data").at("members").as_array();
            found.sizes.push_back(members.size());
            for (const auto& member : members)
                found.members.emplace(member.at("id").as_string());
            if (const auto* id = find_string(event.at("context").as_object(), "batch_id"))
                found.batch_ids.emplace(*id);
        }
        return found;
    }

    service_fixture fixture;
};

TEST_F(membership_events_test, a_new_member_makes_an_event_of_the_group_and_of_the_user) {
    const auto anna = fixture.add_user("anna");
    const auto staff = fixture.add_group("Staff");
    fixture.new_events();
    ASSERT_EQ(fixture.patch("Groups", staff,
                             R"([{"op":"add","path":"members","value":)" + members_text({anna}) + "}]")
                      .status,
            200);
    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(kind_of(events[0]), "group_member_added");
    EXPECT_EQ(events[0].at("object").as_string(), "DirectoryGroup");
    EXPECT_EQ(events[0].at("display_name").as_string(), "Directory Group Member Added");
    const json::object expected{{"organization_id", fixture.who.organization.text()},
            {"directory_id", fixture.who.directory.text()},
            {"group", {{"id", staff}, {"display_name", "Staff"}}},
            {"members", json::array{json::object{{"id", anna}, {"type", "User"}}}}, {"total_members", 1}};
    EXPECT_EQ(events[0].at("data"), expected) << to_text(events[0]);
    EXPECT_FALSE(events[0].at("context").as_object().contains("batch_id"));

    EXPECT_EQ(kind_of(events[1]), "user_updated");
    EXPECT_EQ(to_text(events[1].at("changed_attributes")), R"(["groups"])");
    EXPECT_EQ(to_text(events[1].at("previous_attributes")), R"({"groups":[]})");
    EXPECT_EQ(to_text(events[1].at("data").at("groups")), R"([{"id":")" + staff + R"(","name":"Staff"}])");
    EXPECT_EQ(events[1].at("object_version").as_int64(), 1);
}

TEST_F(membership_events_test, leaving_a_group_publishes_the_previous_groups) {
    const auto anna = fixture.add_user("anna");
    const auto first = fixture.add_group("First", {anna});
    const auto second = fixture.add_group("Second", {anna});
    fixture.new_events();
    fixture.patch("Groups", first, R"([{"op":"remove","path":"members"}])");
    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(kind_of(events[0]), "group_member_removed");
    EXPECT_EQ(events[0].at("data").at("total_members").as_int64(), 0);
    EXPECT_EQ(to_text(events[1].at("previous_attributes")), R"({"groups":[{"id":")" + first +
                                                                    R"(","name":"First"},{"id":")" + second +
                                                                    R"(","name":"Second"}]})");
    EXPECT_EQ(to_text(events[1].at("data").at("groups")), R"([{"id":")" + second + R"(","name":"Second"}])");
}

TEST_F(membership_events_test, one_event_holds_100_members_and_101_make_a_batch_of_two) {
    static_assert(event_members_max == 100);
    auto users = add_users(101);
    const auto last = users.back();
    users.pop_back();
    fixture.new_events();

    fixture.add_group("Hundred", users);
    auto added = batches_of(fixture.new_events(), "group_member_added");
    EXPECT_EQ(added.sizes, (std::vector<std::size_t>{100}));
    EXPECT_TRUE(added.batch_ids.empty());

    users.push_back(last);
    fixture.add_group("Hundred and one", users);
    added = batches_of(fixture.new_events(), "group_member_added");
    EXPECT_EQ(added.sizes, (std::vector<std::size_t>{100, 1}));
    EXPECT_EQ(added.batch_ids.size(), 1U);
    EXPECT_TRUE(added.batch_ids.begin()->starts_with("batch_"));
}

TEST_F(membership_events_test, a_thousand_members_make_batches_with_one_id) {
    const auto users = add_users(1'000);
    fixture.new_events();
    const auto group = fixture.add_group("Thousand", users);
    auto events = fixture.new_events();
    const auto added = batches_of(events, "group_member_added");
    EXPECT_EQ(added.sizes, std::vector<std::size_t>(10, 100));
    EXPECT_EQ(added.batch_ids.size(), 1U);
    EXPECT_EQ(added.members, std::set<std::string>(users.begin(), users.end()));
    ASSERT_EQ(events.size(), 1U + 10U) << "updates of so many users are published later";
    EXPECT_EQ(kind_of(events[0]), "group_created");
    EXPECT_EQ(kind_of(events[10]), "group_member_added");
    EXPECT_EQ(events[1].at("data").at("total_members").as_int64(), 1'000);

    fixture.patch("Groups", group, R"([{"op":"replace","path":"members","value":[]}])");
    events = fixture.new_events();
    const auto removed = batches_of(events, "group_member_removed");
    EXPECT_EQ(removed.sizes, std::vector<std::size_t>(10, 100));
    EXPECT_EQ(removed.batch_ids.size(), 1U);
    EXPECT_NE(removed.batch_ids, added.batch_ids);
    EXPECT_EQ(removed.members, added.members);
    EXPECT_EQ(events.size(), 10U);
}

TEST_F(membership_events_test, updates_of_users_with_large_documents_are_published_later) {
    std::string photos;
    for (char letter = 'a'; letter < 'f'; ++letter)
        photos.append(photos.empty() ? "" : ",")
                .append(R"({"value":")" + std::string(60'000, letter) + "\"}");
    ids users;
    for (const auto* name : {"a", "b", "c", "d", "e"})
        users.push_back(
                fixture.create("Users", user_body(name, "acme.com", R"(,"photos":[)" + photos + ']')).id());
    fixture.new_events();
    const auto updated = [this] {
        ids found;
        for (const auto& event : fixture.new_events())
            if (kind_of(event) == "user_updated")
                found.emplace_back(event.at("data").at("id").as_string());
        return found;
    };
    // The second document exceeds event_documents_bytes_max.
    fixture.add_group("All", users);
    EXPECT_EQ(updated(), (ids{users[0], users[1]}));
    const scim::catalogue_set types{scim::catalogue::standard()};
    EXPECT_TRUE(publish_pending(fixture.tx(), types, fixture.who.directory));
    EXPECT_EQ(updated(), (ids{users[2], users[3]}));
    EXPECT_FALSE(publish_pending(fixture.tx(), types, fixture.who.directory));
    EXPECT_EQ(updated(), (ids{users[4]}));
}

TEST_F(membership_events_test, a_nested_group_is_published_as_a_member_and_updates_no_user) {
    const auto anna = fixture.add_user("anna");
    const auto inner = fixture.add_group("Inner", {anna});
    fixture.new_events();
    fixture.add_group("Outer", {inner});
    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(kind_of(events[0]), "group_created");
    EXPECT_EQ(kind_of(events[1]), "group_member_added");
    EXPECT_EQ(events[1].at("data").at("members").at(0).at("type").as_string(), "Group");
}

TEST_F(membership_events_test, deleting_a_group_updates_each_of_its_users) {
    const auto anna = fixture.add_user("anna");
    const auto bert = fixture.add_user("bert");
    const auto inner = fixture.add_group("Inner");
    const auto staff = fixture.add_group("Staff", {anna, bert, inner});
    const auto outer = fixture.add_group("Outer", {staff});
    const auto outer_before = fixture.get("Groups", outer).version();
    fixture.new_events();
    ASSERT_EQ(fixture.remove("Groups", staff).status, 204);

    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), 4U);
    EXPECT_EQ(kind_of(events[0]), "group_member_removed");
    EXPECT_EQ(events[0].at("data").at("group").at("id").as_string(), outer);
    EXPECT_EQ(events[0].at("data").at("members").at(0).at("id").as_string(), staff);
    EXPECT_EQ(kind_of(events[1]), "group_deleted");
    const auto cause = events[1].at("id").as_string();
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_FALSE(events[i].at("context").as_object().contains("caused_by"));
    for (std::size_t i = 2; i < events.size(); ++i)
        EXPECT_EQ(events[i].at("context").at("caused_by").as_string(), cause) << i;
    EXPECT_EQ(kind_of(events[2]), "user_updated");
    EXPECT_EQ(events[2].at("data").at("id").as_string(), anna);
    EXPECT_TRUE(events[2].at("data").at("groups").as_array().empty());
    EXPECT_EQ(to_text(events[2].at("previous_attributes").at("groups")),
            R"([{"id":")" + staff + R"(","name":"Staff"}])");
    EXPECT_EQ(events[3].at("data").at("id").as_string(), bert);
    EXPECT_EQ(fixture.members_of(outer), ids{});
    EXPECT_NE(fixture.get("Groups", outer).version(), outer_before);
    EXPECT_EQ(fixture.get("Groups", inner).status, 200);
}

TEST_F(membership_events_test, a_user_leaves_each_of_its_groups_before_it_is_deleted) {
    const auto anna = fixture.add_user("anna");
    const auto bert = fixture.add_user("bert");
    const auto first = fixture.add_group("First", {anna, bert});
    const auto second = fixture.add_group("Second", {anna});
    const auto third = fixture.add_group("Third", {bert});
    const auto version = [&](const std::string& group) { return fixture.get("Groups", group).version(); };
    const ids before{version(first), version(second), version(third)};
    fixture.new_events();
    ASSERT_EQ(fixture.remove("Users", anna).status, 204);

    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(kind_of(events[0]), "group_member_removed");
    EXPECT_EQ(kind_of(events[1]), "group_member_removed");
    EXPECT_EQ(kind_of(events[2]), "user_deleted");
    EXPECT_EQ(events[0].at("data").at("group").at("id").as_string(), first);
    EXPECT_EQ(events[0].at("data").at("total_members").as_int64(), 1);
    EXPECT_EQ(events[1].at("data").at("group").at("id").as_string(), second);
    EXPECT_EQ(events[1].at("data").at("total_members").as_int64(), 0);
    EXPECT_EQ(events[2].at("data").at("id").as_string(), anna);
    EXPECT_EQ(fixture.members_of(first), (ids{bert}));
    EXPECT_EQ(fixture.members_of(second), ids{});
    EXPECT_NE(version(first), before[0]);
    EXPECT_NE(version(second), before[1]);
    EXPECT_EQ(version(third), before[2]);
}

}  // namespace
}  // namespace scimd::service
