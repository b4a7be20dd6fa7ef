// Triggers maintain the usage of directories, and a migration fills it in for an older database.
#include "store/usage.hpp"

#include "older_database.hpp"
#include "store/sqlite/integrity_check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::store::usage {
namespace {

constexpr auto rows =
        "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
        " values (7, 1, 'Acme', 1, 2);"
        "insert into directories (id, organization_id, name, provider, is_enabled, domain_policy, created_at,"
        " updated_at, last_sequence) values (21, 7, 'd', '', 1, 'off', 1, 2, 2), (22, 7, 'e', '', 1, 'off', "
        "1, "
        "2, 0);"
        "insert into resources (id, directory_id, type, version, created_at, modified_at, active, document) "
        "values"
        " (31, 21, 'User', 1, 1, 1, 1, '{\"a\":\"ä\"}'), (32, 21, 'User', 1, 1, 1, 1, '{}'),"
        " (33, 21, 'Group', 1, 1, 1, null, '{}'), (34, 21, 'Device', 1, 1, 1, null, '{}');"
        "insert into resource_counts values (21, 'User', 2), (21, 'Group', 1), (21, 'Device', 1);"
        "insert into member_counts (directory_id, group_id, total) values (21, 33, 2);"
        "insert into members values (21, 33, 31, 'User', ''), (21, 33, 32, 'User', '');"
        "insert into events values (41, 7, 21, 1, 'x', '12345'), (42, 7, 21, 2, 'x', 'ä'),"
        " (43, 7, null, null, 'x', '123');";

class usage_test : public testing::Test {
protected:
    void run(const std::string& statements) { older.execute(statements); }

    directory_usage of(std::int64_t directory) {
        database.run({"begin", "begin"});
        transaction tx(database, older.clock.now(), older.ids);
        const auto found = find(tx, {directory});
        database.run({"commit", "commit"});
        return found;
    }

    static std::int64_t used(const directory_usage& of, quota which) { return of.used[index_of(which)]; }

    older_database older{"0019_usage.sql"};
    sqlite::connection& database = older.connection;
};

TEST_F(usage_test, the_migration_counts_existing_rows) {
    run(rows);
    older.apply_later_migrations();
    const auto found = of(21);
    EXPECT_EQ(used(found, quota::users), 2);
    EXPECT_EQ(used(found, quota::groups), 1);
    EXPECT_EQ(used(found, quota::resources), 1);
    EXPECT_EQ(used(found, quota::memberships), 2);
    EXPECT_EQ(used(found, quota::document_bytes), 10 + 2 + 2 + 2);  // bytes, not characters
    EXPECT_EQ(used(found, quota::event_bytes), 5 + 2);
    EXPECT_EQ(found.last_sequence, 2);
    EXPECT_EQ(found.own, own_limits());
    EXPECT_EQ(of(22).used, directory_usage().used);
    for (const auto& finding : find_violations(database))
        EXPECT_EQ(finding.find("kept count"), std::string::npos) << finding;
}

TEST_F(usage_test, triggers_follow_every_change) {
    older.apply_later_migrations();
    run(rows);
    EXPECT_EQ(used(of(21), quota::document_bytes), 16);
    EXPECT_EQ(used(of(21), quota::event_bytes), 7);
    run("update resources set document = '{\"a\":1}' where id = 32");
    EXPECT_EQ(used(of(21), quota::document_bytes), 21);
    run("update member_counts set total = 0 where group_id = 33; delete from members;"
        "update member_counts set total = 1 where group_id = 33;"
        "insert into members values (21, 33, 31, 'User', '')");
    EXPECT_EQ(used(of(21), quota::memberships), 1);
    run("delete from resources where id = 33");  // with its dependent rows
    EXPECT_EQ(used(of(21), quota::memberships), 0);
    EXPECT_EQ(used(of(21), quota::document_bytes), 19);
    run("delete from events where id <= 41");
    EXPECT_EQ(used(of(21), quota::event_bytes), 2);
    run("delete from resource_counts where type = 'Group'; update environments set events_deleted_up_to = "
        "41");
    for (const auto& finding : find_violations(database))
        EXPECT_EQ(finding.find("kept count"), std::string::npos) << finding;

    run("update directory_usage set document_bytes = 5, event_bytes = 6, memberships = 7 where directory_id "
        "= 21;"
        "update environments set event_bytes = 8");
    std::string findings;
    for (const auto& finding : find_violations(database))
        findings += finding + '\n';
    for (const auto* expected : {"directory 21: 0 memberships, but 7 by the kept count",
                 "directory 21: 19 bytes of documents, but 5 by the kept count",
                 "directory 21: 2 bytes of events, but 6 by the kept count",
                 "the log of events: 5 bytes, but 8 by the kept count"})
        EXPECT_NE(findings.find(expected), std::string::npos) << expected << '\n' << findings;
}

TEST_F(usage_test, the_usage_row_is_deleted_with_its_directory) {
    older.apply_later_migrations();
    run(rows);
    run("delete from directories where id = 22");
    std::int64_t left = 0;
    database.run({"count", "select count(*) from directory_usage"}, {},
            [&](const sql::row& row) { left = row.integer(0); });
    EXPECT_EQ(left, 1);
}

}  // namespace
}  // namespace scimd::store::usage
