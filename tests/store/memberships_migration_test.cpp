// The migration that adds membership counters and the names of groups, on a database of an older version.
#include "older_database.hpp"
#include "store/resources.hpp"
#include "store/sqlite/integrity_check.hpp"

#include <gtest/gtest.h>

namespace scimd::store {
namespace {

TEST(memberships_migration, counts_the_groups_of_members_and_copies_group_names) {
    older_database database("0017_memberships.sql");
    database.execute(
            "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
            " values (7, 1, 'Acme', 1, 2);"
            "insert into directories (id, organization_id, name, provider, is_enabled, created_at, "
            "updated_at)"
            " values (21, 7, 'd', '', 1, 0, 0);"
            "insert into resources values (31, 21, 'User', 1, 0, 0, 'a', null, null, 1, '{}'),"
            " (32, 21, 'User', 1, 0, 0, 'b', null, null, 1, '{}'),"
            " (41, 21, 'Group', 1, 0, 0, 'g', null, null, null, '{\"displayName\":\"Größe\"}'),"
            " (42, 21, 'Group', 1, 0, 0, 'h', null, null, null, '{}');"
            "insert into resource_counts values (21, 'User', 2), (21, 'Group', 2);"
            "insert into member_counts (directory_id, group_id, total) values (21, 41, 2), (21, 42, 1);"
            "insert into members (directory_id, group_id, member_id, member_type)"
            " values (21, 41, 31, 'User'), (21, 42, 31, 'User'), (21, 41, 42, 'Group');"
            "update organizations set active_users = 2; update member_counts set subgroups = 1 where "
            "group_id = "
            "41;");
    database.apply_later_migrations();
    EXPECT_EQ(find_violations(database.connection), std::vector<std::string>());
    auto& tx = database.tx();
    const directory_id where{21};
    const auto groups = resources::groups_of(tx, where, {31});
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].display_name, "Größe");
    EXPECT_EQ(groups[1].display_name, "");
    EXPECT_EQ(resources::count_groups_of_each(tx, where, {{31}, {32}, {42}}),
            (std::vector<std::int64_t>{2, 0, 1}));
}

}  // namespace
}  // namespace scimd::store
