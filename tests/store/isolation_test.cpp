// No function reaches into another directory, whatever ids it is given, and no statement could.
#include "store/credentials.hpp"
#include "store/events.hpp"
#include "store/refusals.hpp"
#include "store/request_log.hpp"
#include "store/resources.hpp"
#include "support/recording_connection.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <map>
#include <regex>

namespace scimd::store {
namespace {

using namespace resources;

class isolation_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    // All that a directory has, to compare before and after.
    std::string contents_of(directory_id where) {
        std::string all;
        for (const char* table : {"secrets", "resources", "resource_values", "resource_counts",
                     "member_counts", "members", "events", "refusals"}) {
            const std::string text = "select * from " + std::string(table) + " where directory_id = $1";
            int width = 0;
            const std::string count = "select count(*) from pragma_table_info('" + std::string(table) + "')";
            store.connection().run({"test", count}, {},
                    [&](const sql::row& current) { width = static_cast<int>(current.integer(0)); });
            store.connection().run({"test", text}, {where.value}, [&](const sql::row& current) {
                all += table;
                for (int i = 0; i < width; ++i)
                    all.append("|").append(current.text(i));
                all += '\n';
            });
        }
        return all;
    }

    test::temp_store store;
    const tenants::directory mine = store.add_directory();
    const tenants::directory theirs = store.add_directory();

    const index_columns columns{
            .unique_key = "ada",
            .display_key = "ada",
            .external_id = "e",
            .active = true,
            .values = {{"emails.value", "ada@x"}},
    };
    const resource_id user = insert(tx(), theirs.id, "User", "{}", columns)->id;
    const resource_id group = insert(tx(), theirs.id, "Group", R"({"displayName":"g"})", columns)->id;
    const resource_id my_user = insert(tx(), mine.id, "User", "{}", columns)->id;
    const resource_id my_group = insert(tx(), mine.id, "Group", R"({"displayName":"g"})", columns)->id;
};

TEST_F(isolation_test, foreign_ids_find_and_change_nothing) {
    add_member(tx(), theirs.id, group, {user, "User", "Ada"});
    credentials::insert_secret(tx(), theirs.id, {sha256("t"), "t", std::nullopt});
    credentials::insert_secret(tx(), theirs.id, {sha256("u"), "u", tx().now(), user});
    const std::string before = contents_of(theirs.id);
    ASSERT_FALSE(before.empty());

    EXPECT_FALSE(find(tx(), mine.id, "User", user));
    EXPECT_FALSE(update(tx(), mine.id, "User", user, R"({"x":1})", {.unique_key = "other"}));
    EXPECT_FALSE(update(tx(), mine.id, "User", user, R"({"x":1})", columns));
    EXPECT_THROW(touch(tx(), mine.id, "User", user), std::logic_error);
    remove(tx(), mine.id, "User", user);
    remove(tx(), mine.id, "Group", group);
    EXPECT_TRUE(kinds_of(tx(), mine.id, {user, group}).empty());
    EXPECT_EQ(is_active_user(tx(), mine.id, user), std::nullopt);
    EXPECT_TRUE(credentials::list_user_secrets(tx(), mine.id, user).empty());
    credentials::forget_ended_of_users(tx(), mine.id, 0);
    EXPECT_EQ(count(tx(), mine.id, "User"), 1);
    EXPECT_EQ(count(tx(), mine.id, "Group"), 1);
    const condition by_id{"r.id = $3 or 1 = 1", {user.value}};
    EXPECT_EQ(count_where(tx(), mine.id, "User", by_id), 1);
    list(tx(), mine.id, "User", by_id, {}, 0, -1, [&](const row& each) {
        EXPECT_EQ(each.id, my_user);
        return true;
    });
    members_of(tx(), mine.id, group, [](const member_row&) {
        ADD_FAILURE() << "a foreign member";
        return true;
    });
    EXPECT_EQ(count_members(tx(), mine.id, group), 0);
    EXPECT_FALSE(is_member(tx(), mine.id, group, user));
    EXPECT_TRUE(groups_of(tx(), mine.id, user).empty());
    EXPECT_FALSE(remove_member(tx(), mine.id, group, user));
    EXPECT_FALSE(set_member_display(tx(), mine.id, group, user, "Eve"));
    EXPECT_EQ(contents_of(theirs.id), before);
}

TEST_F(isolation_test, the_database_itself_refuses_a_member_across_directories) {
    const struct {
        const char* name;
        directory_id where;
        resource_id group;
        member_row who;
    } cases[] = {
            {"a foreign user", mine.id, my_group, {user, "User", ""}},
            {"a foreign group", mine.id, my_group, {group, "Group", ""}},
            {"in a foreign group", mine.id, group, {my_user, "User", ""}},
            {"both foreign", mine.id, group, {user, "User", ""}},
            {"a member under another type", mine.id, my_group, {my_user, "Group", ""}},
            {"a member of a user", mine.id, my_user, {my_user, "User", ""}},
            {"nobody", mine.id, my_group, {{1}, "User", ""}},
    };
    for (const auto& [name, where, into, who] : cases) {
        EXPECT_THROW(add_member(tx(), where, into, who), sql::failure) << name;
        EXPECT_FALSE(is_member(tx(), where, into, who.id)) << name;
    }
    EXPECT_TRUE(add_member(tx(), mine.id, my_group, {my_user, "User", ""}));
}

// Runs every function on tenants' tables and reads the statements they ran.
TEST_F(isolation_test, every_statement_names_its_directory) {
    test::recording_connection recorder(store.connection());
    transaction recorded(recorder, tx().now(), store.ids);
    const auto made = *insert(recorded, mine.id, "User", "{}", {.unique_key = "b", .values = {{"a", "v"}}});
    update(recorded, mine.id, "User", made.id, "{}", {.unique_key = "c", .values = {{"a", "w"}}});
    touch(recorded, mine.id, "User", made.id);
    find(recorded, mine.id, "User", made.id);
    kinds_of(recorded, mine.id, {made.id});
    count(recorded, mine.id, "User");
    count_where(recorded, mine.id, "User", {"r.active = $3", {1}});
    list(recorded, mine.id, "User", {}, {}, 0, 10, [](const row&) { return true; });
    const auto another = *insert(recorded, mine.id, "Group", "{}", {.unique_key = "h"});
    add_member(recorded, mine.id, another.id, {made.id, "User", ""});
    set_member_display(recorded, mine.id, another.id, made.id, "x");
    members_of(recorded, mine.id, another.id, [](const member_row&) { return true; });
    count_members(recorded, mine.id, another.id);
    is_member(recorded, mine.id, another.id, made.id);
    groups_of(recorded, mine.id, made.id);
    remove_member(recorded, mine.id, another.id, made.id);
    remove(recorded, mine.id, "User", made.id);
    const auto secret = credentials::insert_secret(recorded, mine.id, {sha256("s"), "s", std::nullopt});
    credentials::list_secrets(recorded, mine.id);
    credentials::list_directory_secrets(recorded, mine.id);
    credentials::list_user_secrets(recorded, mine.id, made.id);
    credentials::count_alive_of_users(recorded, mine.id);
    credentials::forget_ended_of_users(recorded, mine.id, 1);
    is_active_user(recorded, mine.id, made.id);
    credentials::revoke_secret(recorded, mine.id, secret.id);
    events::append(recorded, {{recorded.next_id()}, mine.organization, mine.id, 1, "t", "{}"});
    events::list_directory_after(recorded, mine.id, 0, 10, [](const events::event&) { return true; });
    refusals::record(recorded, mine.id, {.subject = "s", .reason = "no_email"}, tx().now());
    refusals::list(recorded, mine.id, {}, 10, [](const refusals::refusal&) { return true; });
    refusals::resolve(recorded, mine.id, "s", "t", tx().now());
    refusals::trim(recorded, mine.id, 1, 1);
    refusals::trim_before(recorded, mine.id, tx().now(), 1);
    request_log::list(recorded, mine.id, {}, 10, [](const request_log::entry&) { return true; });
    request_log::trim(recorded, mine.id, 1, 1);

    // Every use of a tenants' table, sub-queries too, is met by a condition of its own on the directory; an
    // insert gives the directory first.
    const std::regex use(
            "(from|join|update) (secrets|resources|resource_values|resource_counts|member_counts|"
            "members|events|refusals|request_log)\\b");
    const std::regex bound("directory_id = \\$1");
    const std::regex insert_first("insert into [a-z_]+ \\(directory_id,.*(values \\(|select )\\$1,");
    EXPECT_GT(recorder.texts.size(), 30u);
    for (const std::string& text : recorder.texts) {
        if (text.starts_with("insert")) {
            EXPECT_TRUE(std::regex_search(text, insert_first)) << text;
            continue;
        }
        const auto count_of = [&](const std::regex& pattern) {
            return std::distance(
                    std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator());
        };
        EXPECT_GE(count_of(use), 1) << text;
        EXPECT_GE(count_of(bound), count_of(use)) << text;
    }
}

}  // namespace
}  // namespace scimd::store
