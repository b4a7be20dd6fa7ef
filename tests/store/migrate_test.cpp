#include "store/sqlite/migrate.hpp"

#include "store/engine/transaction.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_directory.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>

#include <vector>

namespace scimd::store {
namespace {

using test::manual_clock;
using files = std::vector<embedded_file>;

constexpr embedded_file first{"0001_first.sql", "create table one (id integer); insert into one values (1);"};
constexpr embedded_file second{
        "0002_second.sql", "-- more\ncreate table two (id integer);\ninsert into two select id from one;\n"};

class migrations : public testing::Test {
protected:
    sqlite::connection open() const { return {file, sqlite::role::writer}; }

    static int apply(sqlite::connection& to, const files& what) {
        return migrate(to, what, manual_clock::default_start).value();
    }
    static error refusal(sqlite::connection& of, const files& what) {
        return migrate(of, what, manual_clock::default_start).error();
    }
    static std::vector<std::string> tables(sqlite::connection& of) {
        std::vector<std::string> names;
        of.run({"tables", "select name from sqlite_schema where type = 'table' order by name"}, {},
                [&](const sql::row& row) { names.emplace_back(row.text(0)); });
        return names;
    }

    test::temp_directory folder;
    std::filesystem::path file = folder.path() / "test.db";
};

using names = std::vector<std::string>;

TEST_F(migrations, are_applied_in_order_and_once) {
    sqlite::connection database = open();
    EXPECT_EQ(apply(database, {first}), 1);
    EXPECT_EQ(apply(database, {first, second}), 1);
    EXPECT_EQ(apply(database, {first, second}), 0);
    EXPECT_EQ(tables(database), (names{"migrations", "one", "two"}));
}

TEST_F(migrations, leave_a_row_each) {
    sqlite::connection database = open();
    EXPECT_EQ(apply(database, {first}), 1);
    int rows = 0;
    database.run({"rows", "select number, name, length(sha256), applied_at from migrations"}, {},
            [&](const sql::row& row) {
                ++rows;
                EXPECT_EQ(row.integer(0), 1);
                EXPECT_EQ(row.text(1), "0001_first.sql");
                EXPECT_EQ(row.integer(2), 64);
                EXPECT_EQ(row.integer(3), to_column(manual_clock::default_start));
            });
    EXPECT_EQ(rows, 1);
}

TEST_F(migrations, that_changed_after_they_were_applied_are_refused) {
    sqlite::connection database = open();
    ASSERT_EQ(apply(database, {first}), 1);
    const embedded_file changed{first.name, "create table one (id integer);"};
    EXPECT_EQ(refusal(database, {changed, second}).code, errc::unavailable);
    EXPECT_EQ(tables(database), (names{"migrations", "one"}));
}

TEST_F(migrations, of_a_newer_version_are_refused) {
    sqlite::connection database = open();
    ASSERT_EQ(apply(database, {first, second}), 2);
    const error refused = refusal(database, {first});
    EXPECT_EQ(refused.code, errc::unavailable);
    EXPECT_NE(refused.detail.find("newer version"), std::string::npos) << refused.detail;
}

TEST_F(migrations, that_lack_a_predecessor_in_the_database_are_refused) {
    sqlite::connection database = open();
    ASSERT_EQ(apply(database, {first, second}), 2);
    database.execute("lose", "delete from migrations where number = 1");
    EXPECT_EQ(refusal(database, {first, second}).code, errc::unavailable);
}

TEST_F(migrations, are_numbered_from_one_without_a_gap) {
    sqlite::connection database = open();
    EXPECT_THROW(apply(database, {second}), sql::failure);
    EXPECT_THROW(apply(database, {second, first}), sql::failure);
    EXPECT_THROW(apply(database, {first, first}), sql::failure);
    EXPECT_EQ(tables(database), names{});
}

TEST_F(migrations, that_fail_are_rolled_back) {
    sqlite::connection database = open();
    const embedded_file failing{
            "0002_second.sql", "create table two (id integer); insert into three values (1);"};
    EXPECT_THROW(apply(database, {first, failing}), sql::failure);
    EXPECT_EQ(tables(database), (names{"migrations", "one"}));
    EXPECT_EQ(apply(database, {first, second}), 1);
}

TEST_F(migrations, have_no_transactions_of_their_own) {
    sqlite::connection database = open();
    const embedded_file committing{"0001_first.sql", "create table one (id integer); commit;"};
    EXPECT_THROW(apply(database, {committing}), sql::failure);
}

void die(sqlite3_context*, int, sqlite3_value**) {
    ::raise(SIGKILL);
}

TEST_F(migrations, that_are_killed_at_any_statement_are_completed_by_the_next_start) {
    const std::string statements[] = {"create table two (id integer);", "insert into two select id from one;",
            "create index of_two on two (id);"};
    for (std::size_t alive = 0; alive <= std::size(statements); ++alive) {
        std::string script;
        for (std::size_t i = 0; i < alive; ++i)
            script += statements[i];
        script += "select die();";
        EXPECT_EXIT(
                {
                    sqlite::connection database = open();
                    sqlite3_create_function(
                            database.handle(), "die", 0, SQLITE_UTF8, nullptr, die, nullptr, nullptr);
                    apply(database, {first, {"0002_second.sql", script}});
                },
                testing::KilledBySignal(SIGKILL), "");
        sqlite::connection database = open();
        EXPECT_EQ(tables(database), (names{"migrations", "one"})) << alive;
    }
    sqlite::connection database = open();
    EXPECT_EQ(apply(database, {first, second}), 1);
    EXPECT_EQ(tables(database), (names{"migrations", "one", "two"}));
}

TEST_F(migrations, of_this_version_create_an_intact_schema) {
    sqlite::connection database = open();
    const auto embedded = embedded_sqlite_migrations();
    EXPECT_EQ(apply(database, {embedded.begin(), embedded.end()}), static_cast<int>(embedded.size()));
    EXPECT_EQ(apply(database, {embedded.begin(), embedded.end()}), 0);
    std::string found;
    database.run({"check", "pragma integrity_check"}, {}, [&](const sql::row& row) { found = row.text(0); });
    EXPECT_EQ(found, "ok");
}

}  // namespace
}  // namespace scimd::store
