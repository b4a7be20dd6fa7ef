// Users in very many groups: the cost of one more membership, and the limits.
#include "scim/patch/request_body.hpp"
#include "scim/unlimited.hpp"
#include "service/events/event_payload.hpp"
#include "service/groups/membership.hpp"
#include "service/groups/nested_groups.hpp"
#include "service_fixture.hpp"
#include "store/roles.hpp"
#include "support/large_group.hpp"
#include "support/recording_connection.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

namespace resources = store::resources;

class many_groups_test : public testing::Test {
protected:
    resource_id insert_group(const std::string& name) {
        const auto text = R"({"displayName":")" + name + "\"}";
        return resources::insert(fixture.tx(), here, "Group", text, {.unique_key = name})->id;
    }

    // Adds the member to `count` new groups.
    void put_into(resource_id member, std::string_view type, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto group = insert_group("g" + std::to_string(++groups_made));
            resources::add_member(fixture.tx(), here, group, {member, std::string(type), {}});
        }
    }

    void set_count(resource_id member, std::int64_t total) {
        fixture.tx().sql().run({"test.set", "update membership_counts set total = $2 where member_id = $1"},
                {member.value, total});
    }

    answer add(const std::string& group, const std::string& member) {
        return fixture.patch(
                "Groups", group, R"([{"op":"add","path":"members","value":)" + members_text({member}) + "}]");
    }

    struct cost {
        std::size_t statements = 0;
        std::size_t rows = 0;
        std::size_t event_bytes = 0;
    };
    // The cost of one more membership of `member`.
    cost cost_of_one_more(const std::string& member) {
        const auto group = fixture.add_group("one more " + std::to_string(++groups_made));
        fixture.new_events();
        test::recording_connection recorder(fixture.store.connection());
        store::transaction recorded(recorder, fixture.tx().now(), fixture.store.ids);
        const target resource{&fixture.type("Groups"), group, {}, {}};
        const auto change = scim::read_patch(
                parse_json_object(R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],)"
                                  R"("Operations":[{"op":"add","path":"members","value":)" +
                                  members_text({member}) + "}]}")
                        .value(),
                fixture.type("Groups"), scim::conformance_mode::strict);
        EXPECT_TRUE(service::patch(recorded, fixture.who, resource, *change));
        cost made{recorder.names.size(), recorder.rows_read, 0};
        for (const auto& event : fixture.new_events())
            made.event_bytes += to_text(event).size();
        return made;
    }

    service_fixture fixture;
    directory_id here = fixture.who.directory;
    std::size_t groups_made = 0;
};

TEST_F(many_groups_test, one_membership_more_costs_the_same_in_any_number_of_groups) {
    const auto anna = fixture.add_user("anna");
    put_into(test::number_in(anna), "User", event_groups_max + 10);
    const auto few = cost_of_one_more(anna);
    put_into(test::number_in(anna), "User", 2'000);
    const auto many = cost_of_one_more(anna);
    EXPECT_EQ(many.statements, few.statements);
    EXPECT_EQ(many.rows, few.rows);
    EXPECT_LT(few.rows, 2 * event_groups_max);
    EXPECT_LT(many.event_bytes, few.event_bytes + 1'000);
}

TEST_F(many_groups_test, roles_of_a_user_in_many_groups_are_found_through_the_assignments) {
    const auto anna = fixture.add_user("anna");
    const auto bob = fixture.add_user("bob");
    put_into(test::number_in(anna), "User", 500);
    const auto rows_of = [&](const std::string& user) {
        test::recording_connection recorder(fixture.store.connection());
        store::transaction recorded(recorder, fixture.tx().now(), fixture.store.ids);
        EXPECT_TRUE(store::roles::names_of(recorded, here, test::number_in(user)).empty());
        return recorder.texts.at(1).starts_with("select r.name from role_assignments");
    };
    EXPECT_TRUE(rows_of(anna));
    EXPECT_FALSE(rows_of(bob));
}

TEST_F(many_groups_test, a_user_has_at_most_10000_direct_groups) {
    const auto anna = fixture.add_user("anna");
    put_into(test::number_in(anna), "User", 1);
    set_count(test::number_in(anna), direct_groups_max - 1);
    EXPECT_EQ(add(fixture.add_group("the last"), anna).status, 200);
    const auto group = fixture.add_group("too many");
    const auto refused = add(group, anna);
    EXPECT_EQ(refused.status, 400);
    std::string expected = "members: diruser_1 is in 10000 groups, which are as many as it may be in.";
    expected.replace(expected.find("diruser_1"), 9, anna);
    EXPECT_EQ(refused.detail, expected);
    EXPECT_TRUE(fixture.members_of(group).empty());
    const auto made = fixture.create("Groups", group_body("made", R"(,"members":)" + members_text({anna})));
    EXPECT_EQ(made.status, 400);
}

TEST_F(many_groups_test, a_group_with_too_many_ancestors_accepts_no_group) {
    const auto child = fixture.add_group("child");
    const auto parent = fixture.add_group("parent");
    const auto number = test::number_in(parent);
    put_into(number, "Group", group_ancestors_max);
    EXPECT_EQ(add(parent, child).status, 200);
    // A group with too many ancestors still accepts users.
    put_into(number, "Group", 1);
    const auto other = fixture.add_group("other");
    const auto refused = add(parent, other);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.detail,
            "members: the group is in more than 10000 groups, directly or through others, and takes in no "
            "group.");
    EXPECT_EQ(add(parent, fixture.add_user("anna")).status, 200);
}

TEST_F(many_groups_test, the_search_for_ancestors_reads_a_limited_number_of_memberships) {
    const auto anna = test::number_in(fixture.add_user("anna"));
    const auto team = insert_group("team");
    resources::add_member(fixture.tx(), here, team, {anna, "User", {}});
    put_into(team, "Group", 9);
    const auto whole = groups_of_users(fixture.tx(), here, {anna}, 10);
    EXPECT_TRUE(whole.is_complete);
    EXPECT_EQ(whole.of.at(anna).size(), 10U);
    const auto cut = groups_of_users(fixture.tx(), here, {anna}, 9);
    EXPECT_FALSE(cut.is_complete);
    EXPECT_EQ(cut.of.at(anna).size(), 9U);
    EXPECT_TRUE(cut.of.at(anna).front().is_direct);
}

TEST_F(many_groups_test, events_list_the_first_100_groups_before_and_after) {
    const auto anna = fixture.add_user("anna");
    put_into(test::number_in(anna), "User", event_groups_max - 1);
    const auto group = fixture.add_group("the hundredth");
    const auto last = fixture.add_group("the last");
    fixture.new_events();
    ASSERT_EQ(add(group, anna).status, 200);
    auto latest = fixture.new_events().back();
    EXPECT_EQ(latest.at("data").at("groups").as_array().size(), event_groups_max);
    EXPECT_FALSE(latest.at("data").as_object().contains("groups_truncated"));
    EXPECT_EQ(latest.at("previous_attributes").at("groups").as_array().size(), event_groups_max - 1);
    ASSERT_EQ(add(last, anna).status, 200);
    latest = fixture.new_events().back();
    EXPECT_EQ(latest.at("data").at("groups").as_array().size(), event_groups_max);
    EXPECT_TRUE(latest.at("data").at("groups_truncated").as_bool());
    EXPECT_EQ(latest.at("previous_attributes").at("groups").as_array().size(), event_groups_max);
    ASSERT_EQ(fixture.remove("Users", anna).status, 204);
    for (const auto& event : fixture.new_events()) {
        if (kind_of(event) != "user_deleted")
            continue;
        EXPECT_EQ(event.at("data").at("groups").as_array().size(), event_groups_max);
        EXPECT_TRUE(event.at("data").at("groups_truncated").as_bool());
    }
}

}  // namespace
}  // namespace scimd::service
