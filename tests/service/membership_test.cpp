#include "service/groups/membership.hpp"

#include "service_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::service {
namespace {

using ids = std::vector<std::string>;

store::resources::member_row user_row(std::int64_t id) {
    return {resource_id{id}, "User", {}};
}

std::vector<std::int64_t> numbers(const std::vector<store::resources::member_row>& rows) {
    std::vector<std::int64_t> listed;
    for (const auto& row : rows)
        listed.push_back(row.id.value);
    return listed;
}

TEST(membership_change_test, only_the_net_result_counts) {
    membership_change change;
    EXPECT_TRUE(change.is_empty());
    change.note_added(user_row(3));
    change.note_added(user_row(1));
    change.note_removed(user_row(2));
    EXPECT_EQ(numbers(change.added()), (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(numbers(change.removed()), (std::vector<std::int64_t>{2}));
    change.note_removed(user_row(3));
    change.note_removed(user_row(1));
    EXPECT_TRUE(change.added().empty());
    EXPECT_FALSE(change.is_empty());
    change.note_added(user_row(2));
    EXPECT_TRUE(change.is_empty());
    change.note_removed(user_row(2));
    EXPECT_EQ(numbers(change.removed()), (std::vector<std::int64_t>{2}));
}

TEST(membership_change_test, a_new_display_adds_and_removes_no_member) {
    membership_change change;
    change.note_renamed({1});
    EXPECT_FALSE(change.is_empty());
    EXPECT_TRUE(change.added().empty());
    EXPECT_TRUE(change.removed().empty());

    membership_change gone;
    gone.note_added(user_row(1));
    gone.note_renamed({1});
    gone.note_removed(user_row(1));
    EXPECT_TRUE(gone.is_empty());
}

class membership_test : public testing::Test {
protected:
    answer patch(const std::string& group, const std::string& operations) {
        return fixture.patch("Groups", group, operations);
    }

    answer add(const std::string& group, const ids& members) {
        return patch(group, R"([{"op":"add","path":"members","value":)" + members_text(members) + "}]");
    }

    answer replace(const std::string& group, const ids& members) {
        return patch(group, R"([{"op":"replace","path":"members","value":)" + members_text(members) + "}]");
    }

    void expect_refused(const answer& got, std::string_view mentioned) {
        EXPECT_EQ(got.status, 400);
        EXPECT_NE(got.detail.find(mentioned), std::string::npos) << got.detail;
    }

    service_fixture fixture;
    const std::string anna = fixture.add_user("anna");
    const std::string bert = fixture.add_user("bert");
    const std::string staff = fixture.add_group("Staff");
};

TEST_F(membership_test, adds_and_removes_members_by_id) {
    EXPECT_EQ(add(staff, {anna}).status, 200);
    EXPECT_EQ(add(staff, {bert}).status, 200);
    EXPECT_EQ(fixture.members_of(staff), (ids{anna, bert}));
    EXPECT_EQ(
            patch(staff, R"([{"op":"remove","path":"members[value eq \")" + anna + R"(\"]"}])").status, 200);
    EXPECT_EQ(fixture.members_of(staff), (ids{bert}));
    EXPECT_EQ(patch(staff, R"([{"op":"remove","path":"members"}])").status, 200);
    EXPECT_EQ(fixture.members_of(staff), ids{});
}

TEST_F(membership_test, a_member_added_and_removed_in_one_request_is_no_change) {
    fixture.new_events();
    const auto before = fixture.get("Groups", staff).version();
    const auto done =
            patch(staff, R"([{"op":"add","path":"members","value":)" + members_text({anna}) +
                                 R"(},{"op":"remove","path":"members[value eq \")" + anna + R"(\"]"}])");
    EXPECT_EQ(done.status, 200);
    EXPECT_EQ(done.version(), before);
    EXPECT_EQ(fixture.members_of(staff), ids{});
    EXPECT_EQ(fixture.new_types(), ids{});
}

TEST_F(membership_test, a_member_removed_and_added_in_one_request_stays) {
    add(staff, {anna, bert});
    fixture.new_events();
    const auto before = fixture.get("Groups", staff).version();
    const auto done =
            patch(staff, R"([{"op":"remove","path":"members"},{"op":"add","path":"members","value":)" +
                                 members_text({bert, anna}) + "}]");
    EXPECT_EQ(done.version(), before);
    EXPECT_EQ(fixture.members_of(staff), (ids{anna, bert}));
    EXPECT_EQ(fixture.new_types(), ids{});
}

TEST_F(membership_test, replacing_writes_only_the_difference) {
    const auto carl = fixture.add_user("carl");
    add(staff, {anna, bert});
    fixture.new_events();
    EXPECT_EQ(replace(staff, {bert, carl}).status, 200);
    EXPECT_EQ(fixture.members_of(staff), (ids{bert, carl}));
    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), 4U);
    const auto member = [&](std::size_t i) {
        return std::string(events[i].at("data").at("members").at(0).at("id").as_string());
    };
    EXPECT_EQ(events[0].at("type").as_string(), "organization.directory.group_member_added");
    EXPECT_EQ(member(0), carl);
    EXPECT_EQ(events[1].at("type").as_string(), "organization.directory.group_member_removed");
    EXPECT_EQ(member(1), anna);
    EXPECT_EQ(events[2].at("data").at("id").as_string(), carl);
    EXPECT_EQ(events[3].at("data").at("id").as_string(), anna);
}

TEST_F(membership_test, unknown_ids_are_rejected_and_nothing_is_added) {
    const auto elsewhere = fixture.store.add_directory();
    const auto home = fixture.who;
    fixture.who.organization = elsewhere.organization;
    fixture.who.directory = elsewhere.id;
    fixture.who.policy = store::tenants::domain_policy::off;
    const auto foreigner = fixture.add_user("anna");
    fixture.who = home;
    fixture.new_events();

    const auto digits = anna.substr(anna.find('_') + 1);
    const std::string rows[] = {
            foreigner,
            "diruser_1",
            "dirgroup_" + digits,
            digits,
            "diruser_",
            "diruser_0" + digits,
            "anna",
            "diruser_-1",
            "DIRUSER_" + digits,
            anna + " ",
    };
    for (const auto& row : rows) {
        expect_refused(add(staff, {bert, row}), row);
        expect_refused(replace(staff, {row}), row);
        expect_refused(
                fixture.create("Groups", group_body("New", ",\"members\":" + members_text({row}))), row);
    }
    EXPECT_EQ(fixture.members_of(staff), ids{});
    EXPECT_EQ(fixture.new_types(), ids{});
}

TEST_F(membership_test, an_unknown_member_is_skipped_if_the_directory_ignores_it) {
    fixture.who.ignores_unknown_members = true;
    const auto digits = anna.substr(anna.find('_') + 1);
    for (const auto& unknown : ids{"diruser_1", "dirgroup_" + digits, digits, "anna"}) {
        EXPECT_EQ(replace(staff, {unknown, bert}).status, 200) << unknown;
        EXPECT_EQ(fixture.members_of(staff), (ids{bert})) << unknown;
        EXPECT_EQ(add(staff, {unknown, anna}).status, 200) << unknown;
        EXPECT_EQ(fixture.members_of(staff), (ids{anna, bert})) << unknown;
        // The member is the user anna, not a group with that number.
        EXPECT_EQ(replace(staff, {unknown}).status, 200) << unknown;
        EXPECT_EQ(fixture.members_of(staff), ids{}) << unknown;
        EXPECT_EQ(replace(staff, {anna}).status, 200) << unknown;
        EXPECT_EQ(replace(staff, {unknown, anna, unknown}).status, 200) << unknown;
        EXPECT_EQ(fixture.members_of(staff), (ids{anna})) << unknown;
    }
    expect_refused(add(staff, {staff}), "member of itself");
}

TEST_F(membership_test, removing_a_non_member_changes_nothing) {
    add(staff, {anna});
    fixture.new_events();
    const auto before = fixture.get("Groups", staff).version();
    const auto digits = anna.substr(anna.find('_') + 1);
    for (const auto& stranger : ids{bert, "diruser_1", "anna", "dirgroup_" + digits}) {
        const auto done = patch(
                staff, R"([{"op":"remove","path":"members","value":)" + members_text({stranger}) + "}]");
        EXPECT_EQ(done.status, 200) << stranger;
        EXPECT_EQ(done.version(), before) << stranger;
    }
    EXPECT_EQ(fixture.members_of(staff), (ids{anna}));
    EXPECT_EQ(fixture.new_types(), ids{});
}

// RFC 7644 §3.5.2.3.
TEST_F(membership_test, replacing_a_non_member_has_no_target) {
    add(staff, {anna});
    fixture.new_events();
    const auto before = fixture.get("Groups", staff).version();
    const auto group = "dirgroup_" + anna.substr(anna.find('_') + 1);
    for (const auto& filter : {R"(value eq \")" + bert + R"(\")", R"(value eq \")" + group + R"(\")",
                 std::string(R"(type eq \"Group\")")})
        for (const auto* const rest : {R"(].display","value":"B")", R"(]","value":{"value":"diruser_1"})"}) {
            const auto done = patch(staff,
                    R"([{"op":"replace","path":"displayName","value":"Crew"},{"op":"replace","path":"members[)" +
                            filter + rest + "}]");
            EXPECT_EQ(done.status, 400) << filter << rest;
        }
    const auto mine = R"(value eq \")" + anna + R"(\")";
    EXPECT_EQ(fixture.get("Groups", staff).version(), before);
    EXPECT_EQ(patch(staff, R"([{"op":"replace","path":"members[)" + mine + R"(].display","value":"A"}])")
                      .status,
            200);
    EXPECT_EQ(fixture.new_types(), (ids{}));
}

TEST_F(membership_test, adding_a_member_twice_adds_it_once) {
    const auto first = add(staff, {anna, anna});
    EXPECT_EQ(fixture.members_of(staff), (ids{anna}));
    const auto again = add(staff, {anna});
    EXPECT_EQ(again.version(), first.version());
}

TEST_F(membership_test, a_group_cannot_contain_itself_directly_or_indirectly) {
    const auto inner = fixture.add_group("Inner");
    const auto core = fixture.add_group("Core");
    expect_refused(add(staff, {staff}), "member of itself");
    EXPECT_EQ(add(staff, {inner}).status, 200);
    expect_refused(add(inner, {staff}), "member of itself");
    EXPECT_EQ(add(inner, {core}).status, 200);
    expect_refused(add(core, {staff}), "member of itself");
    expect_refused(replace(core, {inner}), "member of itself");
    // Two paths to one group are no cycle.
    EXPECT_EQ(add(staff, {core}).status, 200);
    // After the removal of that member the other direction is allowed.
    EXPECT_EQ(patch(inner, R"([{"op":"remove","path":"members"}])").status, 200);
    EXPECT_EQ(patch(staff, R"([{"op":"remove","path":"members"}])").status, 200);
    EXPECT_EQ(add(core, {staff}).status, 200);
}

TEST_F(membership_test, groups_nest_at_most_32_deep) {
    auto lowest = fixture.add_group("Level 0");
    for (std::size_t depth = 1; depth <= group_depth_max; ++depth) {
        const auto next = fixture.add_group("Level " + std::to_string(depth));
        ASSERT_EQ(add(lowest, {next}).status, 200) << depth;
        lowest = next;
    }
    expect_refused(add(lowest, {fixture.add_group("Too deep")}), "nested too deeply");
    EXPECT_EQ(add(lowest, {anna}).status, 200);
}

TEST_F(membership_test, a_filter_removes_the_members_it_matches) {
    const auto inner = fixture.add_group("Inner");
    add(staff, {anna, bert, inner});
    EXPECT_EQ(patch(staff, R"([{"op":"remove","path":"members[type eq \"Group\"]"}])").status, 200);
    EXPECT_EQ(fixture.members_of(staff), (ids{anna, bert}));
    const auto both = R"(members[value eq \")" + anna + R"(\" or value eq \")" + bert + R"(\"])";
    EXPECT_EQ(patch(staff, R"([{"op":"remove","path":")" + both + R"("}])").status, 200);
    EXPECT_EQ(fixture.members_of(staff), ids{});
}

TEST_F(membership_test, a_new_display_raises_the_version_without_an_event) {
    add(staff, {anna});
    fixture.new_events();
    const auto before = fixture.get("Groups", staff).version();
    const std::string named =
            R"([{"op":"add","path":"members","value":[{"value":")" + anna + R"(","display":"Anna"}]}])";
    const auto renamed = patch(staff, named);
    EXPECT_EQ(renamed.status, 200);
    EXPECT_NE(renamed.version(), before);
    EXPECT_EQ(renamed.body.at("members").at(0).at("display").as_string(), "Anna");
    EXPECT_EQ(patch(staff, named).version(), renamed.version());
    EXPECT_EQ(fixture.new_types(), ids{});
}

TEST_F(membership_test, displays_without_net_effect_do_not_raise_the_version) {
    const auto before = fixture.get("Groups", staff).version();
    const auto named = [this](std::string_view display) {
        return R"({"op":"replace","path":"members","value":[{"value":")" + anna + R"(","display":")" +
               std::string(display) + R"("}]})";
    };
    const auto none = std::string(R"({"op":"remove","path":"members"})");
    EXPECT_EQ(patch(staff, "[" + named("A") + "," + named("B") + "," + none + "]").version(), before);

    const auto now = patch(staff, "[" + named("A") + "]").version();
    EXPECT_NE(now, before);
    EXPECT_EQ(patch(staff, "[" + none + "," + named("A") + "]").version(), now);
    const auto renamed = patch(staff, "[" + none + "," + named("B") + "]");
    EXPECT_NE(renamed.version(), now);
    EXPECT_EQ(renamed.body.at("members").at(0).at("display").as_string(), "B");
}

TEST_F(membership_test, member_ids_have_the_prefix_of_their_type) {
    EXPECT_EQ(parse_member_id(fixture.who, "diruser_42"), resource_id{42});
    EXPECT_EQ(parse_member_id(fixture.who, "dirgroup_42"), resource_id{42});
    for (const auto* const text : {"42", "diruser_", "diruser_x", "diruser_042", "dir_42", "", "diruser_42 "})
        EXPECT_FALSE(parse_member_id(fixture.who, text)) << text;
    EXPECT_EQ(member_id_text(fixture.who, "User", {42}), "diruser_42");
    EXPECT_EQ(member_id_text(fixture.who, "Group", {42}), "dirgroup_42");
}

}  // namespace
}  // namespace scimd::service
