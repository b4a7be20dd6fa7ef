// Changes of very many memberships: the rows that they write, and the events of the users concerned.
#include "scim/patch/request_body.hpp"
#include "scim/unlimited.hpp"
#include "service/groups/membership_events.hpp"
#include "service/management/roles.hpp"
#include "service_fixture.hpp"
#include "store/held_users.hpp"
#include "store/pending_group_events.hpp"
#include "store/roles.hpp"
#include "support/large_group.hpp"
#include "support/recording_connection.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace scimd::service {
namespace {

namespace resources = store::resources;

using ids = std::vector<std::string>;

constexpr std::size_t event_bytes_max = 16 * 1'024;  // of an event that lists members

std::string user_id(resource_id user) {
    return "diruser_" + std::to_string(user.value);
}

std::set<std::string> group_ids(const json::value& groups) {
    std::set<std::string> found;
    for (const auto& group : groups.as_array())
        found.emplace(group.at("id").as_string());
    return found;
}

class large_change_test : public testing::Test {
protected:
    void add_users(std::size_t count) {
        for (const auto user : test::write_users(fixture.tx(), fixture.who.directory, "u", count))
            users.push_back(user_id(user));
    }

    // The user_updated events of a user.
    std::vector<json::object> updates_of(const std::string& user) {
        std::vector<json::object> found;
        for (auto& event : published)
            if (kind_of(event) == "user_updated" && event.at("data").at("id").as_string() == user)
                found.push_back(event);
        return found;
    }

    std::map<std::string, std::size_t> counts() {
        std::map<std::string, std::size_t> found;
        for (const auto& event : published)
            ++found[kind_of(event)];
        return found;
    }

    void collect_events() { published = fixture.new_events(); }

    // Publishes all pending events as the job does. Returns the number of transactions.
    std::size_t publish_all() {
        std::size_t transactions = 1;
        while (publish_pending(fixture.tx(), types, fixture.who.directory))
            ++transactions;
        return transactions;
    }

    std::int64_t count_of(std::string_view table) {
        std::int64_t total = 0;
        const auto text = "select count(*) from " + std::string(table);
        fixture.tx().sql().run(
                {"test.count", text}, {}, [&](const store::sql::row& row) { total = row.integer(0); });
        return total;
    }

    service_fixture fixture;
    scim::catalogue_set types{scim::catalogue::standard()};
    ids users;
    std::vector<json::object> published;
};

TEST_F(large_change_test, a_change_of_three_of_twenty_thousand_writes_three_rows) {
    add_users(20'002);
    const auto group = fixture.add_group("All");
    const auto number = test::number_in(group);
    std::vector<resource_id> members;
    for (std::size_t i = 0; i < 20'000; ++i)
        members.push_back(test::number_in(users[i]));
    test::write_members(fixture.tx(), fixture.who.directory, number, members);
    fixture.new_events();

    const auto expect_three = [&](const test::recording_connection& seen) {
        auto written = seen.written;
        EXPECT_EQ(written["members.insert"] + written["members.remove"], 3);
        EXPECT_EQ(written.count("members.set_display"), 0U);
        EXPECT_EQ(written["events.append"], 5);
        EXPECT_LT(seen.names.size(), 100U);  // members that stay cost no statement
        collect_events();
        EXPECT_EQ(counts(), (std::map<std::string, std::size_t>{{"group_member_added", 1},
                                    {"group_member_removed", 1}, {"user_updated", 3}}));
    };
    const target resource{&fixture.type("Groups"), group, {}, {}};
    {
        // A PUT that removes one and adds two.
        const auto text = group_body("All", ",\"members\":" + members_text({users.begin() + 1, users.end()}));
        const auto body = scim::read_body(parse_json_object(text).value(), *resource.type).value();
        test::recording_connection seen(fixture.tx().sql());
        store::transaction tx(seen, fixture.tx().now(), fixture.store.ids);
        ASSERT_TRUE(replace(tx, fixture.who, resource, body).has_value());
        expect_three(seen);
    }
    {
        // The reverse, by a PATCH that replaces all members.
        const auto text = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)"
                          R"({"op":"replace","path":"members","value":)" +
                          members_text({users.begin(), users.end() - 2}) + "}]}";
        const auto change = scim::parse_patch(parse_json_object(text).value(), *resource.type).value();
        test::recording_connection seen(fixture.tx().sql());
        store::transaction tx(seen, fixture.tx().now(), fixture.store.ids);
        ASSERT_TRUE(patch(tx, fixture.who, resource, change).has_value());
        expect_three(seen);
    }
    EXPECT_EQ(resources::count_members(fixture.tx(), fixture.who.directory, number), 20'000);
}

TEST_F(large_change_test, a_put_of_the_same_members_changes_nothing) {
    add_users(1'500);
    const auto group = fixture.add_group("All");
    const auto body = group_body("All", ",\"members\":" + members_text(users));
    ASSERT_EQ(fixture.replace("Groups", group, body).status, 200);
    publish_all();
    const auto version =
            resources::find(fixture.tx(), fixture.who.directory, "Group", test::number_in(group))->version;
    fixture.new_events();
    ASSERT_EQ(fixture.replace("Groups", group, body).status, 200);
    collect_events();
    EXPECT_TRUE(published.empty());
    EXPECT_EQ(resources::find(fixture.tx(), fixture.who.directory, "Group", test::number_in(group))->version,
            version);
}

TEST_F(large_change_test, above_the_limit_of_users_all_updates_are_published_later) {
    add_users(published_at_once_max + 1);
    const ids most(users.begin(), users.end() - 1);
    fixture.new_events();

    fixture.add_group("Most", most);
    collect_events();
    EXPECT_EQ(counts()["user_updated"], most.size());
    EXPECT_EQ(count_of("pending_group_events"), 0);

    const auto all = fixture.add_group("All", users);
    collect_events();
    const auto batches = (users.size() + 99) / 100;
    EXPECT_EQ(counts(),
            (std::map<std::string, std::size_t>{{"group_created", 1}, {"group_member_added", batches}}));
    for (const auto& event : published)
        EXPECT_LE(to_text(event).size(), event_bytes_max);
    EXPECT_EQ(count_of("pending_group_events"), static_cast<std::int64_t>(users.size()));

    EXPECT_EQ(publish_all(), (users.size() + publish_batch_max - 1) / publish_batch_max);
    collect_events();
    EXPECT_EQ(published.size(), users.size());
    const auto first = updates_of(users.front());
    ASSERT_EQ(first.size(), 1U);
    EXPECT_TRUE(group_ids(first[0].at("data").at("groups")).contains(all));
    EXPECT_FALSE(group_ids(first[0].at("previous_attributes").at("groups")).contains(all));
    EXPECT_EQ(to_text(first[0].at("changed_attributes")), R"(["groups"])");
    EXPECT_EQ(first[0].at("context").at("actor").at("type").as_string(), "directory_token");
    EXPECT_EQ(first[0].at("context").at("request_id").as_string(), "request-1");
    EXPECT_EQ(count_of("pending_group_events"), 0);
    EXPECT_EQ(count_of("pending_group_changes"), 0);
    EXPECT_FALSE(publish_pending(fixture.tx(), types, fixture.who.directory));
}

TEST_F(large_change_test, a_group_is_deleted_at_once_and_its_users_are_updated_later) {
    add_users(published_at_once_max + 100);
    const auto group = fixture.add_group("All", users);
    publish_all();
    fixture.new_events();

    ASSERT_EQ(fixture.remove("Groups", group).status, 204);
    EXPECT_EQ(count_of("members"), 0);
    EXPECT_EQ(fixture.get("Groups", group).status, 404);
    collect_events();
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(kind_of(published[0]), "group_deleted");
    const auto cause = published[0].at("id");

    publish_all();
    collect_events();
    ASSERT_EQ(published.size(), users.size());
    for (const auto& event : published) {
        EXPECT_EQ(event.at("context").at("caused_by"), cause);
        EXPECT_TRUE(event.at("data").at("groups").as_array().empty());
        EXPECT_EQ(event.at("previous_attributes").at("groups").at(0).at("name").as_string(), "All");
    }
}

TEST_F(large_change_test, deleting_a_user_costs_one_event_per_group_and_few_statements) {
    add_users(1);
    constexpr std::size_t many = 500;
    ids groups;
    for (std::size_t i = 0; i < many; ++i)
        groups.push_back(fixture.add_group("Group " + std::to_string(i), users));
    const auto untouched = fixture.add_group("Untouched");
    fixture.new_events();

    const target resource{&fixture.type("Users"), users.front(), {}, {}};
    test::recording_connection seen(fixture.tx().sql());
    store::transaction tx(seen, fixture.tx().now(), fixture.store.ids);
    ASSERT_TRUE(remove(tx, fixture.who, resource).has_value());
    EXPECT_EQ(seen.count_of("resources.touch"), 1U);
    EXPECT_EQ(seen.written["events.append"], static_cast<std::int64_t>(1 + many));
    EXPECT_LT(seen.names.size(), 6 * many);

    collect_events();
    EXPECT_EQ(counts(),
            (std::map<std::string, std::size_t>{{"user_deleted", 1}, {"group_member_removed", many}}));
    for (const auto& group : groups)
        EXPECT_EQ(resources::find(fixture.tx(), fixture.who.directory, "Group", test::number_in(group))
                          ->version,
                2);
    EXPECT_EQ(resources::find(fixture.tx(), fixture.who.directory, "Group", test::number_in(untouched))
                      ->version,
            1);
}

TEST_F(large_change_test, the_next_event_of_a_user_publishes_its_pending_groups) {
    add_users(published_at_once_max + 1);
    const auto group = fixture.add_group("All", users);
    fixture.new_events();

    ASSERT_EQ(
            fixture.patch("Users", users[7], R"([{"op":"add","path":"title","value":"Boss"}])").status, 200);
    collect_events();
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(group_ids(published[0].at("data").at("groups")), (std::set<std::string>{group}));
    EXPECT_TRUE(published[0].at("previous_attributes").at("groups").as_array().empty());

    // So does a change of another group.
    const auto other = fixture.add_group("Other", {users[8]});
    collect_events();
    ASSERT_EQ(updates_of(users[8]).size(), 1U);
    EXPECT_EQ(group_ids(updates_of(users[8])[0].at("data").at("groups")),
            (std::set<std::string>{group, other}));
    EXPECT_TRUE(updates_of(users[8])[0].at("previous_attributes").at("groups").as_array().empty());

    publish_all();
    collect_events();
    EXPECT_EQ(published.size(), users.size() - 2);
    EXPECT_TRUE(updates_of(users[7]).empty());
    EXPECT_TRUE(updates_of(users[8]).empty());
}

TEST_F(large_change_test, changes_undone_before_publication_are_not_published) {
    add_users(published_at_once_max + 1);
    const auto group = fixture.add_group("All", users);
    fixture.new_events();
    const auto remove = R"([{"op":"remove","path":"members[value eq \")" + users[0] + R"(\"]"}])";
    ASSERT_EQ(fixture.patch("Groups", group, remove).status, 200);
    ASSERT_EQ(fixture.remove("Users", users[1]).status, 204);
    collect_events();
    EXPECT_EQ(
            counts(), (std::map<std::string, std::size_t>{{"group_member_removed", 2}, {"user_deleted", 1}}));
    ASSERT_EQ(fixture.remove("Groups", group).status, 204);
    EXPECT_EQ(publish_all(), 1U);
    collect_events();
    EXPECT_EQ(counts(), (std::map<std::string, std::size_t>{{"group_deleted", 1}}));
    EXPECT_EQ(count_of("pending_group_events"), 0);
}

// The recomputation of roles skips users with pending group events; when the group change is undone, these
// events are never published.
TEST_F(large_change_test, role_changes_are_published_though_the_group_change_was_undone) {
    namespace roles = service::roles;
    add_users(published_at_once_max + 1);
    const auto group = fixture.add_group("All", users);
    publish_all();
    ASSERT_TRUE(roles::create(
            fixture.tx(), event_source_of(fixture.who), fixture.who.organization, "reader", {}));
    const auto recount = [&] {
        while (const auto next = store::roles::next_recount(fixture.tx()))
            roles::recount_some(fixture.tx(), types, *next);
    };
    ASSERT_EQ(fixture.patch("Groups", group, R"([{"op":"remove","path":"members"}])").status, 200);
    ASSERT_TRUE(roles::set_defaults(
            fixture.tx(), event_source_of(fixture.who), fixture.who.organization, {.member = "reader"}));
    recount();
    fixture.new_events();

    json::array all;
    for (const auto& user : users)
        all.push_back(json::object{{"value", user}});
    const json::array add{json::object{{"op", "add"}, {"path", "members"}, {"value", all}}};
    ASSERT_EQ(fixture.patch("Groups", group, json::serialize(add)).status, 200);
    EXPECT_EQ(count_of("pending_group_events"), 0);
    recount();
    collect_events();
    for (const auto& user : {users.front(), users.back()}) {
        const auto updates = updates_of(user);
        ASSERT_EQ(updates.size(), 1U);
        EXPECT_EQ(json::serialize(updates[0].at("changed_attributes")), R"(["roles"])");
    }
}

TEST_F(large_change_test, held_users_get_no_events) {
    add_users(published_at_once_max + 1);
    const auto group = fixture.add_group("All", users);
    store::held_users::hold(
            fixture.tx(), fixture.who.directory, {test::number_in(users[0]), "no_email", "", ""});
    fixture.new_events();
    publish_all();
    collect_events();
    EXPECT_TRUE(updates_of(users[0]).empty());
    EXPECT_EQ(published.size(), users.size() - 1);

    ASSERT_EQ(fixture.remove("Groups", group).status, 204);
    publish_all();
    collect_events();
    EXPECT_TRUE(updates_of(users[0]).empty());
}

// Any order of changes and steps of the job: each event lists the groups published before and the current
// ones, and in the end the current ones of all users have been published.
TEST_F(large_change_test, published_groups_converge_to_the_actual_ones_in_any_order) {
    add_users(published_at_once_max + 5);
    std::mt19937 random(20'260'101);
    const auto draw = [&](std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    ids groups{fixture.add_group("a"), fixture.add_group("b")};
    fixture.new_events();
    std::map<std::string, std::set<std::string>> known;
    const auto check_events = [&] {
        for (const auto& event : fixture.new_events()) {
            if (kind_of(event) != "user_updated")
                continue;
            auto& mine = known[std::string(event.at("data").at("id").as_string())];
            EXPECT_EQ(group_ids(event.at("previous_attributes").at("groups")), mine);
            auto now = group_ids(event.at("data").at("groups"));
            EXPECT_NE(now, mine);
            mine = std::move(now);
        }
    };
    for (int step = 0; step < 40; ++step) {
        auto& group = groups[draw(groups.size())];
        switch (draw(6)) {
            case 0:  // all but a few
                fixture.replace("Groups", group,
                        group_body("g" + std::to_string(step),
                                ",\"members\":" + members_text({users.begin() + static_cast<int>(draw(4)),
                                                          users.end()})));
                break;
            case 1:
                fixture.patch("Groups", group, R"([{"op":"replace","path":"members","value":[]}])");
                break;
            case 2: {
                const auto& user = users[draw(users.size())];
                fixture.patch("Groups", group,
                        R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])");
                break;
            }
            case 3:
                fixture.remove("Groups", group);
                group = fixture.add_group("new" + std::to_string(step));
                break;
            default:
                publish_pending(fixture.tx(), types, fixture.who.directory);
        }
        check_events();
    }
    publish_all();
    check_events();
    for (const auto& user : users) {
        std::set<std::string> now;
        for (const auto& group :
                resources::groups_of(fixture.tx(), fixture.who.directory, test::number_in(user)))
            now.insert("dirgroup_" + std::to_string(group.group.value));
        EXPECT_EQ(known[user], now);
    }
    EXPECT_EQ(count_of("pending_group_changes"), 0);
}

}  // namespace
}  // namespace scimd::service
