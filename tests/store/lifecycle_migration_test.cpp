// The migration of a database in which users could lose `active`, and names differed by surrounding blanks.
#include "older_database.hpp"
#include "store/resources.hpp"
#include "store/sqlite/integrity_check.hpp"
#include "store/tenants.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::store {
namespace {

std::string event_of(int id, int user, const char* type, const char* active) {
    const auto number = std::to_string(id);
    return "(" + number + ", 7, 21, " + number + ", 'organization.directory." + type +
           R"(', '{"data":{"id":"diruser_)" + std::to_string(user) + "\"" + active + "}}')";
}

class lifecycle_migration : public ::testing::Test {
protected:
    lifecycle_migration() {
        database_.execute(
                "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
                " values (7, 1, 'Acme', 1, 2);"
                "insert into directories (id, organization_id, name, provider, is_enabled, created_at,"
                " updated_at) values (21, 7, 'd', '', 1, 0, 0);");
    }

    std::vector<std::string> rows(const char* query) {
        std::vector<std::string> found;
        database_.connection.run(
                {"rows", query}, {}, [&](const sql::row& current) { found.emplace_back(current.text(0)); });
        return found;
    }

    older_database database_{"0022_lifecycle.sql"};
};

TEST_F(lifecycle_migration, users_without_active_have_what_was_published_last) {
    const std::string insert =
            "insert into resources values"
            " (31, 21, 'User', 4, 0, 0, 'a', null, null, null, '{\"userName\":\"a\",\"title\":\"T\"}'),"
            " (32, 21, 'User', 1, 0, 0, 'b', null, null, null, '{\"userName\":\"b\"}'),"
            " (33, 21, 'User', 1, 0, 0, 'c', null, null, 0, '{\"userName\":\"c\",\"active\":false}'),"
            " (34, 21, 'User', 1, 0, 0, 'e', null, null, null, '{\"userName\":\"e\"}');"
            "insert into resource_counts values (21, 'User', 4);"
            "insert into events (id, organization_id, directory_id, sequence, type, body) values " +
            event_of(1, 31, "user_created", ",\"active\":true") + "," +
            event_of(2, 31, "user_updated", ",\"active\":false") + "," + event_of(3, 31, "user_updated", "") +
            "," + event_of(4, 34, "user_updated", ",\"active\":true") +
            "; update directories set last_sequence = 4;";
    database_.execute(insert);
    database_.apply_later_migrations();
    EXPECT_EQ(rows("select id || ' ' || active || ' ' || version || ' ' || document from resources order by "
                   "id"),
            (std::vector<std::string>{
                    R"(31 0 5 {"userName":"a","title":"T","active":false})",
                    R"(32 1 2 {"userName":"b","active":true})",
                    R"(33 0 1 {"userName":"c","active":false})",
                    R"(34 1 2 {"userName":"e","active":true})",
            }));
    EXPECT_EQ(find_violations(database_.connection), std::vector<std::string>());
}

TEST_F(lifecycle_migration, keys_lose_the_blanks_around_them_unless_another_has_that_key) {
    database_.execute(
            "insert into resources values"
            " (31, 21, 'User', 1, 0, 0, ' ann', ' ann ', null, 1, '{\"userName\":\" ann\",\"active\":true}'),"
            " (32, 21, 'User', 1, 0, 0, 'bob', null, null, 1, '{\"userName\":\"bob\",\"active\":true}'),"
            " (33, 21, 'User', 1, 0, 0, 'bob ', null, null, 1, '{\"userName\":\"bob \",\"active\":true}');"
            "insert into resource_counts values (21, 'User', 3); update organizations set active_users = 3;");
    database_.apply_later_migrations();
    EXPECT_EQ(rows("select unique_key || '|' || coalesce(display_key, '') from resources order by id"),
            (std::vector<std::string>{"ann|ann", "bob|", "bob |"}));
    // The one that has kept its key can be changed: switched off, above all.
    auto& tx = database_.tx();
    resources::index_columns columns;
    columns.unique_key = "bob";
    columns.active = false;
    EXPECT_TRUE(resources::rewrite(tx, {21}, "User", {33}, R"({"userName":"bob ","active":false})", columns));
    EXPECT_EQ(resources::is_active_user(tx, {21}, {33}), std::optional(false));
    columns.unique_key = "ann";
    EXPECT_FALSE(resources::rewrite(tx, {21}, "User", {33}, R"({"userName":"ann"})", columns));
}

TEST_F(lifecycle_migration, directories_refuse_unknown_members_and_answer_patches_with_the_resource) {
    database_.apply_later_migrations();
    auto& tx = database_.tx();
    const auto found = tenants::find_directory(tx, {7}, {21});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->unknown, tenants::unknown_members::refuse);
    EXPECT_EQ(found->patch_status, 200);
}

}  // namespace
}  // namespace scimd::store
