#include "store/resources.hpp"

#include "support/recording_connection.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace scimd::store::resources {
namespace {

using namespace std::chrono_literals;

index_columns keyed(std::string key) {
    return {.unique_key = std::move(key)};
}

class resources_test : public testing::Test {
protected:
    resource_id add_user(const std::string& name) {
        return insert(tx(), here, "User", R"({"userName":")" + name + "\"}", keyed(name))->id;
    }

    resource_id add_group(const std::string& name) {
        return insert(tx(), here, "Group", R"({"displayName":")" + name + "\"}", keyed(name))->id;
    }

    std::vector<std::int64_t> listed(
            std::string_view type, const ordering& order, std::int64_t offset = 0, std::int64_t limit = -1) {
        std::vector<std::int64_t> ids;
        list(tx(), here, type, {}, order, offset, limit, [&](const row& each) {
            ids.push_back(each.id.value);
            return true;
        });
        return ids;
    }

    // The e-mail addresses in the index, by resource.
    std::map<std::int64_t, std::set<std::string>> indexed_values() {
        std::map<std::int64_t, std::set<std::string>> found;
        tx().sql().run({"test", "select resource_id, value from resource_values where directory_id = $1"},
                {here.value},
                [&](const sql::row& current) { found[current.integer(0)].emplace(current.text(1)); });
        return found;
    }

    transaction& tx() { return store.tx(); }

    test::temp_store store;
    const directory_id here = store.add_directory().id;
};

TEST_F(resources_test, an_inserted_resource_is_found) {
    const auto made = insert(tx(), here, "User", R"({"userName":"Ada"})", keyed("ada"));
    ASSERT_TRUE(made);
    const auto found = find(tx(), here, "User", made->id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, made->id);
    EXPECT_EQ(found->version, 1);
    EXPECT_EQ(found->created, tx().now());
    EXPECT_EQ(found->modified, tx().now());
    EXPECT_EQ(found->document, R"({"userName":"Ada"})");
}

TEST_F(resources_test, a_resource_is_not_found_as_another_type) {
    const resource_id ada = add_user("ada");
    EXPECT_FALSE(find(tx(), here, "Group", ada));
}

TEST_F(resources_test, a_taken_key_inserts_nothing) {
    add_user("ada");
    index_columns columns = keyed("ada");
    columns.values = {{"emails.value", "ada@example.com"}};
    EXPECT_FALSE(insert(tx(), here, "User", "{}", columns));
    EXPECT_EQ(count(tx(), here, "User"), 1);
    EXPECT_TRUE(indexed_values().empty());
}

TEST_F(resources_test, a_key_is_free_for_another_type_and_another_directory) {
    add_user("ada");
    const directory_id elsewhere = store.add_directory().id;
    EXPECT_TRUE(insert(tx(), here, "Group", "{}", keyed("ada")));
    EXPECT_TRUE(insert(tx(), elsewhere, "User", "{}", keyed("ada")));
}

TEST_F(resources_test, resources_without_key_do_not_collide) {
    EXPECT_TRUE(insert(tx(), here, "User", "{}", {}));
    EXPECT_TRUE(insert(tx(), here, "User", "{}", {}));
}

TEST_F(resources_test, an_update_raises_the_version_and_keeps_the_creation) {
    const auto made = *insert(tx(), here, "User", "{}", keyed("ada"));
    store.advance(1h);
    for (const char* key : {"ada", "countess", "ada"}) {  // the same key, another one, back
        const auto before = *find(tx(), here, "User", made.id);
        const auto updated = update(tx(), here, "User", made.id, R"({"nickName":"Ada"})", keyed(key));
        ASSERT_TRUE(updated) << key;
        EXPECT_EQ(updated->version, before.version + 1);
        EXPECT_EQ(updated->created, made.created);
        EXPECT_EQ(updated->modified, made.modified + 1h);
        const auto after = *find(tx(), here, "User", made.id);
        EXPECT_EQ(after.version, updated->version);
        EXPECT_EQ(after.created, updated->created);
        EXPECT_EQ(after.modified, updated->modified);
        EXPECT_EQ(after.document, R"({"nickName":"Ada"})");
    }
}

TEST_F(resources_test, an_update_to_a_taken_key_changes_nothing) {
    add_user("ada");
    index_columns columns = keyed("bob");
    columns.values = {{"emails.value", "bob@example.com"}};
    const auto bob = *insert(tx(), here, "User", "{}", columns);

    EXPECT_FALSE(update(tx(), here, "User", bob.id, R"({"x":1})", keyed("ada")));
    const auto after = *find(tx(), here, "User", bob.id);
    EXPECT_EQ(after.version, 1);
    EXPECT_EQ(after.document, "{}");
    EXPECT_EQ(indexed_values()[bob.id.value], std::set<std::string>{"bob@example.com"});
}

TEST_F(resources_test, a_key_that_was_given_up_is_free) {
    const resource_id ada = add_user("ada");
    ASSERT_TRUE(update(tx(), here, "User", ada, "{}", keyed("countess")));
    EXPECT_TRUE(insert(tx(), here, "User", "{}", keyed("ada")));
    EXPECT_FALSE(insert(tx(), here, "User", "{}", keyed("countess")));
}

TEST_F(resources_test, each_indexed_column_follows_an_update) {
    struct {
        const char* name;
        index_columns columns;
    } const cases[] = {
            {"unique_key", {.unique_key = "new"}},
            {"display_key", {.unique_key = "old", .display_key = "shown"}},
            {"external_id", {.unique_key = "old", .external_id = "e-1"}},
            {"active", {.unique_key = "old", .active = false}},
            {"all", {.unique_key = "n", .display_key = "d", .external_id = "e", .active = true}},
            {"none", {}},
    };
    const resource_id id = add_user("old");
    for (const auto& [name, columns] : cases) {
        ASSERT_TRUE(update(tx(), here, "User", id, "{}", columns)) << name;
        tx().sql().run(
                {"test", "select unique_key, display_key, external_id, active from resources where id = $1"},
                {id.value}, [&](const sql::row& current) {
                    EXPECT_EQ(current.text(0), columns.unique_key.value_or("")) << name;
                    EXPECT_EQ(current.text(1), columns.display_key.value_or("")) << name;
                    EXPECT_EQ(current.text(2), columns.external_id.value_or("")) << name;
                    EXPECT_EQ(current.is_null(2), !columns.external_id) << name;
                    EXPECT_EQ(current.is_null(3), !columns.active) << name;
                    EXPECT_EQ(current.integer(3), columns.active.value_or(false)) << name;
                });
    }
}

TEST_F(resources_test, indexed_values_are_those_of_the_last_document) {
    using values = std::vector<std::pair<std::string, std::string>>;
    const resource_id ada = add_user("ada");
    const struct {
        values written;
        std::set<std::string> indexed;
    } cases[] = {
            {{{"emails.value", "a@x"}, {"emails.value", "b@x"}}, {"a@x", "b@x"}},
            {{{"emails.value", "b@x"}, {"emails.value", "c@x"}}, {"b@x", "c@x"}},
            {{{"emails.value", "c@x"}, {"emails.value", "c@x"}}, {"c@x"}},  // work and home alike
            {{}, {}},
    };
    for (const auto& [written, indexed] : cases) {
        index_columns columns = keyed("ada");
        columns.values = written;
        ASSERT_TRUE(update(tx(), here, "User", ada, "{}", columns));
        EXPECT_EQ(indexed_values()[ada.value], indexed);
    }
}

TEST_F(resources_test, an_update_that_keeps_the_values_does_not_write_them) {
    index_columns columns = keyed("ada");
    columns.values = {{"emails.value", "a@x"}};
    const resource_id ada = insert(tx(), here, "User", "{}", columns)->id;
    test::recording_connection recorder(store.connection());
    transaction recorded(recorder, tx().now(), store.ids);
    ASSERT_TRUE(update(recorded, here, "User", ada, R"({"x":1})", columns));
    EXPECT_EQ(recorder.texts.size(), 3u);  // the document, and the looks at the values and the row
}

TEST_F(resources_test, touch_raises_the_version_of_the_same_document) {
    const resource_id staff = add_group("staff");
    store.advance(1h);
    const row touched = touch(tx(), here, "Group", staff);
    EXPECT_EQ(touched.id, staff);
    EXPECT_EQ(touched.version, 2);
    EXPECT_EQ(touched.created, tx().now() - 1h);
    EXPECT_EQ(touched.modified, tx().now());
    EXPECT_EQ(touched.document, R"({"displayName":"staff"})");
    EXPECT_THROW(touch(tx(), here, "User", staff), std::logic_error);
}

TEST_F(resources_test, remove_takes_values_and_memberships_in_both_directions) {
    index_columns columns = keyed("ada");
    columns.values = {{"emails.value", "a@x"}};
    const resource_id ada = insert(tx(), here, "User", "{}", columns)->id;
    const resource_id bob = add_user("bob");
    const resource_id inner = add_group("inner");
    const resource_id outer = add_group("outer");
    for (const resource_id who : {ada, bob})
        add_member(tx(), here, inner, {who, "User", ""});
    add_member(tx(), here, outer, {inner, "Group", ""});
    add_member(tx(), here, outer, {ada, "User", ""});

    remove(tx(), here, "User", ada);
    EXPECT_FALSE(find(tx(), here, "User", ada));
    EXPECT_TRUE(indexed_values().empty());
    EXPECT_EQ(count_members(tx(), here, inner), 1);
    EXPECT_EQ(count_members(tx(), here, outer), 1);
    EXPECT_FALSE(is_member(tx(), here, inner, ada));
    EXPECT_EQ(count(tx(), here, "User"), 1);

    remove(tx(), here, "Group", inner);
    EXPECT_EQ(count_members(tx(), here, inner), 0);
    EXPECT_EQ(count_members(tx(), here, outer), 0);
    EXPECT_TRUE(groups_of(tx(), here, bob).empty());
    EXPECT_EQ(count(tx(), here, "Group"), 1);
}

TEST_F(resources_test, removing_an_unknown_resource_changes_no_count) {
    const resource_id ada = add_user("ada");
    const resource_id staff = add_group("staff");
    add_member(tx(), here, staff, {ada, "User", ""});
    remove(tx(), here, "Group", ada);
    remove(tx(), here, "User", {1});
    EXPECT_EQ(count(tx(), here, "User"), 1);
    EXPECT_EQ(count(tx(), here, "Group"), 1);
    EXPECT_EQ(count_members(tx(), here, staff), 1);
}

TEST_F(resources_test, kinds_of_keeps_the_order_and_skips_unknown_ids) {
    const resource_id ada = add_user("ada");
    const resource_id staff = add_group("staff");
    const auto kinds = kinds_of(tx(), here, {staff, {1}, ada, staff});
    ASSERT_EQ(kinds.size(), 3u);
    EXPECT_EQ(kinds[0].id, staff);
    EXPECT_EQ(kinds[0].type, "Group");
    EXPECT_EQ(kinds[1].id, ada);
    EXPECT_EQ(kinds[1].type, "User");
    EXPECT_EQ(kinds[2].id, staff);
}

TEST_F(resources_test, pages_join_to_the_whole_list) {
    std::vector<std::int64_t> all;
    for (int i = 0; i < 7; ++i)
        all.push_back(add_user("user" + std::to_string(i)).value);
    add_group("staff");
    EXPECT_EQ(listed("User", {}), all);
    std::vector<std::int64_t> paged;
    for (std::int64_t offset = 0; offset < 9; offset += 3) {
        const auto page = listed("User", {}, offset, 3);
        EXPECT_EQ(page.size(), offset < 6 ? 3u : 1u);
        paged.insert(paged.end(), page.begin(), page.end());
    }
    EXPECT_EQ(paged, all);
    EXPECT_TRUE(listed("User", {}, 0, 0).empty());
    EXPECT_TRUE(listed("User", {}, 7, 3).empty());
    EXPECT_EQ(listed("User", {}, 5), (std::vector<std::int64_t>{all[5], all[6]}));
}

TEST_F(resources_test, a_list_ends_when_the_visitor_stops) {
    for (const char* name : {"a", "b", "c"})
        add_user(name);
    int seen = 0;
    list(tx(), here, "User", {}, {}, 0, -1, [&](const row&) { return ++seen < 2; });
    EXPECT_EQ(seen, 2);
}

// RFC 7644 §3.4.2.3: without a value last when ascending, first when descending.
TEST_F(resources_test, each_column_sorts_both_ways_with_the_unassigned_at_its_end) {
    const auto add = [&](const char* text, bool is_assigned) {
        store.advance(1s);
        const auto value = is_assigned ? std::optional<std::string>(text) : std::nullopt;
        const index_columns columns{.unique_key = value, .display_key = value, .external_id = value};
        return insert(tx(), here, "User", "{}", columns)->id.value;
    };
    const auto none = add("", false);
    const auto c = add("c", true);
    const auto umlaut = add("ä", true);
    const auto a = add("a", true);
    store.advance(1s);
    touch(tx(), here, "User", {c});

    const struct {
        sort_column by;
        std::vector<std::int64_t> ascending;
    } cases[] = {
            {sort_column::id, {none, c, umlaut, a}},
            {sort_column::created, {none, c, umlaut, a}},
            {sort_column::modified, {none, umlaut, a, c}},
            {sort_column::unique_key, {a, c, umlaut, none}},
            {sort_column::display_key, {a, c, umlaut, none}},
            {sort_column::external_id, {a, c, umlaut, none}},
    };
    for (const auto& [by, ascending] : cases) {
        EXPECT_EQ(listed("User", {by, false}), ascending) << static_cast<int>(by);
        const std::vector<std::int64_t> descending(ascending.rbegin(), ascending.rend());
        EXPECT_EQ(listed("User", {by, true}), descending) << static_cast<int>(by);
    }
}

TEST_F(resources_test, ties_are_in_the_order_of_ids) {
    std::vector<std::int64_t> all;
    for (int i = 0; i < 5; ++i)
        all.push_back(insert(tx(), here, "User", "{}", {.display_key = "same"})->id.value);
    EXPECT_EQ(listed("User", {sort_column::display_key, false}), all);
    EXPECT_EQ(listed("User", {sort_column::modified, false}), all);
}

TEST_F(resources_test, a_condition_is_counted_and_listed_alike) {
    for (const char* name : {"a", "b", "c"})
        add_user(name);
    add_group("b");
    // "or" must not escape the directory and the type.
    const condition which{"r.unique_key = $3 or r.unique_key = $4", {"b", "c"}};
    EXPECT_EQ(count_where(tx(), here, "User", which), 2);
    EXPECT_EQ(count_where(tx(), here, "User", {}), 3);
    int seen = 0;
    list(tx(), here, "User", which, {}, 0, -1, [&](const row&) { return ++seen > 0; });
    EXPECT_EQ(seen, 2);
}

TEST_F(resources_test, every_order_is_read_from_an_index_without_sorting) {
    test::recording_connection recorder(store.connection());
    transaction recorded(recorder, tx().now(), store.ids);
    for (const sort_column by : {sort_column::id, sort_column::unique_key, sort_column::display_key,
                 sort_column::external_id, sort_column::created, sort_column::modified}) {
        for (const bool is_descending : {false, true}) {
            list(recorded, here, "User", {}, {by, is_descending}, 10, 10, [](const row&) { return true; });
            const std::string plan = recorder.plan_of(recorder.texts.back());
            EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << recorder.texts.back() << "\n" << plan;
            EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
        }
    }
}

TEST_F(resources_test, a_member_is_added_once_and_removed_once) {
    const resource_id ada = add_user("ada");
    const resource_id staff = add_group("staff");
    EXPECT_FALSE(is_member(tx(), here, staff, ada));
    EXPECT_TRUE(add_member(tx(), here, staff, {ada, "User", "Ada"}));
    EXPECT_FALSE(add_member(tx(), here, staff, {ada, "User", "Other"}));
    EXPECT_TRUE(is_member(tx(), here, staff, ada));
    EXPECT_EQ(count_members(tx(), here, staff), 1);
    EXPECT_TRUE(remove_member(tx(), here, staff, ada));
    EXPECT_FALSE(remove_member(tx(), here, staff, ada));
    EXPECT_FALSE(is_member(tx(), here, staff, ada));
    EXPECT_EQ(count_members(tx(), here, staff), 0);
}

TEST_F(resources_test, members_are_listed_in_the_order_of_ids) {
    const resource_id staff = add_group("staff");
    const resource_id ada = add_user("ada");
    const resource_id inner = add_group("inner");
    add_member(tx(), here, staff, {inner, "Group", ""});
    add_member(tx(), here, staff, {ada, "User", "Ada"});
    std::vector<member_row> seen;
    members_of(tx(), here, staff, [&](const member_row& each) {
        seen.push_back(each);
        return true;
    });
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_EQ(seen[0].id, ada);
    EXPECT_EQ(seen[0].type, "User");
    EXPECT_EQ(seen[0].display, "Ada");
    EXPECT_EQ(seen[1].id, inner);
    EXPECT_EQ(seen[1].type, "Group");
    EXPECT_EQ(seen[1].display, "");

    int visits = 0;
    members_of(tx(), here, staff, [&](const member_row&) { return ++visits > 5; });
    EXPECT_EQ(visits, 1);
}

TEST_F(resources_test, a_display_is_written_when_it_differs) {
    const resource_id ada = add_user("ada");
    const resource_id staff = add_group("staff");
    add_member(tx(), here, staff, {ada, "User", ""});
    EXPECT_FALSE(set_member_display(tx(), here, staff, ada, ""));
    EXPECT_TRUE(set_member_display(tx(), here, staff, ada, "Ada"));
    EXPECT_FALSE(set_member_display(tx(), here, staff, ada, "Ada"));
    EXPECT_FALSE(set_member_display(tx(), here, staff, {1}, "Ada"));
    members_of(tx(), here, staff, [](const member_row& each) {
        EXPECT_EQ(each.display, "Ada");
        return true;
    });
}

TEST_F(resources_test, groups_are_named_by_their_documents) {
    const resource_id ada = add_user("ada");
    const resource_id bob = add_user("bob");
    const resource_id first = add_group("First");
    const resource_id second = add_group("Second");
    add_member(tx(), here, second, {ada, "User", ""});
    add_member(tx(), here, first, {ada, "User", ""});
    add_member(tx(), here, second, {bob, "User", ""});
    add_member(tx(), here, second, {first, "Group", ""});

    const auto groups = groups_of(tx(), here, ada);
    ASSERT_EQ(groups.size(), 2u);
    EXPECT_EQ(groups[0].group, first);
    EXPECT_EQ(groups[0].display_name, "First");
    EXPECT_EQ(groups[1].group, second);
    EXPECT_EQ(groups[1].display_name, "Second");
}

TEST_F(resources_test, a_new_name_of_a_group_shows_at_its_members) {
    const resource_id ada = add_user("ada");
    const resource_id staff = add_group("staff");
    add_member(tx(), here, staff, {ada, "User", ""});
    update(tx(), here, "Group", staff, R"({"displayName":"crew"})", keyed("crew"));
    EXPECT_EQ(groups_of(tx(), here, ada).at(0).display_name, "crew");
}

TEST_F(resources_test, no_statement_of_memberships_scans) {
    const resource_id ada = add_user("ada");
    const resource_id staff = add_group("staff");
    test::recording_connection recorder(store.connection());
    transaction recorded(recorder, tx().now(), store.ids);
    add_member(recorded, here, staff, {ada, "User", ""});
    is_member(recorded, here, staff, ada);
    groups_of(recorded, here, ada);
    members_of(recorded, here, staff, [](const member_row&) { return true; });
    set_member_display(recorded, here, staff, ada, "Ada");
    remove_member(recorded, here, staff, ada);
    update(recorded, here, "User", ada, "{}", {.unique_key = "countess", .values = {{"emails.value", "x"}}});
    remove(recorded, here, "User", ada);
    for (const std::string& text : recorder.texts) {
        const std::string plan = recorder.plan_of(text);
        EXPECT_EQ(plan.find("SCAN"), std::string::npos) << text << "\n" << plan;
        // Nor walks over a whole directory.
        EXPECT_EQ(plan.find("(directory_id=?)"), std::string::npos) << text << "\n" << plan;
        const bool is_count = text.find("resource_counts") != std::string::npos;
        EXPECT_TRUE(is_count || plan.find("(directory_id=? AND type=?)") == std::string::npos) << text << "\n"
                                                                                               << plan;
    }
}

// After any history the counters equal a count.
TEST_F(resources_test, counters_are_right_after_random_changes) {
    std::mt19937 random(7);
    std::vector<resource_id> users;
    std::vector<resource_id> groups;
    for (int i = 0; i < 8; ++i) {
        users.push_back(add_user("user" + std::to_string(i)));
        groups.push_back(add_group("group" + std::to_string(i)));
    }
    std::set<std::pair<std::int64_t, std::int64_t>> expected;
    const auto any = [&](const std::vector<resource_id>& of) { return of[random() % of.size()]; };
    for (int step = 0; step < 600; ++step) {
        const resource_id group = any(groups);
        const resource_id user = any(users);
        const auto dice = random() % 20;
        if (dice < 12) {
            const bool is_new = expected.emplace(group.value, user.value).second;
            EXPECT_EQ(add_member(tx(), here, group, {user, "User", ""}), is_new);
        } else if (dice < 18) {
            const bool was_member = expected.erase({group.value, user.value}) > 0;
            EXPECT_EQ(remove_member(tx(), here, group, user).has_value(), was_member);
        } else if (dice == 18) {
            remove(tx(), here, "User", user);
            std::erase_if(expected, [&](const auto& pair) { return pair.second == user.value; });
            *std::find(users.begin(), users.end(), user) = add_user("again" + std::to_string(step));
        } else {
            remove(tx(), here, "Group", group);
            std::erase_if(expected, [&](const auto& pair) { return pair.first == group.value; });
            *std::find(groups.begin(), groups.end(), group) = add_group("again" + std::to_string(step));
        }
    }
    EXPECT_GT(expected.size(), 10u);
    for (const resource_id group : groups) {
        std::int64_t seen = 0;
        members_of(tx(), here, group, [&](const member_row& each) {
            EXPECT_TRUE(expected.contains({group.value, each.id.value}));
            return ++seen > 0;
        });
        EXPECT_EQ(count_members(tx(), here, group), seen);
    }
    EXPECT_EQ(count(tx(), here, "User"), 8);
    EXPECT_EQ(count(tx(), here, "Group"), 8);
}

}  // namespace
}  // namespace scimd::store::resources
