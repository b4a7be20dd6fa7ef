#include "store/sqlite/sqlite.hpp"

#include "store/sqlite/statement_cache.hpp"
#include "support/temp_directory.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <limits>

namespace scimd::store::sqlite {
namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

constexpr sql::statement count_things{"count", "select count(*) from things"};
constexpr sql::statement insert_thing{"insert", "insert into things (id, name) values ($1, $2)"};

class sqlite_connection : public testing::Test {
protected:
    sqlite_connection() { writer.execute("make", "create table things (id integer primary key, name text)"); }

    std::int64_t integer(connection& from, std::string_view text) {
        std::int64_t found = -1;
        from.run({"integer", text}, {}, [&](const sql::row& row) { found = row.integer(0); });
        return found;
    }
    std::string text(connection& from, std::string_view query) {
        std::string found;
        from.run({"text", query}, {}, [&](const sql::row& row) { found = row.text(0); });
        return found;
    }
    std::string failure_of(connection& on, std::string_view query) {
        try {
            on.run({"failing", query});
        } catch (const sql::failure& problem) {
            return problem.what();
        }
        return {};
    }
    // A row that takes `bytes` of the file.
    void insert_bytes(std::int64_t id, std::size_t bytes) {
        writer.run(insert_thing, {id, std::string_view(std::string(bytes, 'x'))});
    }

    test::temp_directory folder;
    fs::path file = folder.path() / "test.db";
    connection writer{file, role::writer};
};

// From a few pages to more than are kept in memory.
TEST_F(sqlite_connection, a_savepoint_of_any_size_is_rolled_back) {
    const std::string page(3'000, 'p');  // a row fills one
    constexpr std::int64_t rows_max = 200;
    for (std::int64_t id = 1; id <= rows_max; ++id)
        writer.run(insert_thing, {id, page});
    for (const std::int64_t rows : {1, 10, 20, 30, 40, 100, 200}) {
        writer.run({"begin", "begin immediate"});
        writer.run({"savepoint", "savepoint work"});
        writer.run({"update", "update things set name = 'changed' where id <= $1"}, {rows});
        writer.run({"undo", "rollback to work"});
        writer.run({"release", "release work"});
        writer.run({"commit", "commit"});
        EXPECT_EQ(integer(writer, "select count(*) from things where name = 'changed'"), 0) << rows;
        EXPECT_EQ(integer(writer, "select sum(length(name)) from things"), 3'000 * rows_max) << rows;
    }
}

TEST_F(sqlite_connection, every_setting_holds_after_opening) {
    connection reader(file, role::reader);
    struct row {
        std::string_view pragma;
        std::string_view of_writer;
        std::string_view of_reader;
    };
    constexpr row rows[] = {
            {"pragma journal_mode", "wal", "wal"},
            {"pragma synchronous", "2", "2"},
            {"pragma foreign_keys", "1", "1"},
            {"pragma busy_timeout", "5000", "5000"},
            {"pragma mmap_size", "0", "0"},
            {"pragma trusted_schema", "0", "0"},
            {"pragma cell_size_check", "1", "1"},
            {"pragma wal_autocheckpoint", "0", "0"},
            {"pragma temp_store", "1", "2"},
            {"pragma query_only", "0", "1"},
    };
    for (const auto& [pragma, of_writer, of_reader] : rows) {
        EXPECT_EQ(text(writer, pragma), of_writer) << pragma;
        EXPECT_EQ(text(reader, pragma), of_reader) << pragma;
    }
    EXPECT_FALSE(text(writer, "pragma temp_store_directory").empty());
    for (connection* one : {&writer, &reader}) {
        int is_defensive = 0;
        sqlite3_db_config(one->handle(), SQLITE_DBCONFIG_DEFENSIVE, -1, &is_defensive);
        EXPECT_EQ(is_defensive, 1);
    }
}

TEST_F(sqlite_connection, a_setting_that_does_not_hold_is_refused) {
    try {
        const connection in_memory(":memory:", role::writer);
        FAIL() << "a database in memory is not as durable as the settings ask for";
    } catch (const sql::failure& problem) {
        EXPECT_NE(std::string(problem.what()).find("has to be"), std::string::npos) << problem.what();
    }
}

TEST_F(sqlite_connection, a_reader_cannot_write) {
    connection reader(file, role::reader);
    EXPECT_THROW(reader.run(insert_thing, {1, "a"}), sql::failure);
    EXPECT_EQ(integer(reader, count_things.text), 0);
}

TEST_F(sqlite_connection, a_reader_makes_no_file) {
    const fs::path missing = folder.path() / "missing.db";
    EXPECT_THROW(connection(missing, role::reader), sql::failure);
    EXPECT_FALSE(fs::exists(missing));
}

TEST_F(sqlite_connection, parameters_are_taken_by_number_whatever_their_order) {
    std::string found;
    writer.run({"swap", "select $2 || '/' || $1 || '/' || $2"}, {"one", "two"},
            [&](const sql::row& row) { found = row.text(0); });
    EXPECT_EQ(found, "two/one/two");
}

TEST_F(sqlite_connection, a_missing_parameter_is_a_failure) {
    EXPECT_THROW(writer.run({"missing", "select $2"}, {1}), sql::failure);
    EXPECT_NO_THROW(writer.run({"spare", "select $2"}, {1, 2, 3}));
}

TEST_F(sqlite_connection, values_come_back_as_they_were_bound) {
    const std::string with_zero("a\0b", 3);
    std::vector<std::string> kinds;
    writer.run({"values", "select $1, $2, $3, $4, $5"},
            {std::numeric_limits<std::int64_t>::min(), std::string_view(), with_zero, std::monostate(), "é"},
            [&](const sql::row& row) {
                EXPECT_EQ(row.integer(0), std::numeric_limits<std::int64_t>::min());
                EXPECT_FALSE(row.is_null(1));
                EXPECT_EQ(row.text(1), "");
                EXPECT_EQ(row.text(2), with_zero);
                EXPECT_TRUE(row.is_null(3));
                EXPECT_EQ(row.text(3), "");
                EXPECT_EQ(row.integer(3), 0);
                EXPECT_EQ(row.text(4), "é");
            });
}

TEST_F(sqlite_connection, run_returns_the_rows_that_its_statement_changed) {
    struct row {
        std::string_view text;
        std::int64_t changed;
    };
    constexpr row rows[] = {
            {"insert into things values (1, 'a'), (2, 'b')", 2},
            {"select * from things", 0},
            {"update things set name = 'c' where id > 5", 0},
            {"insert into things values (1, 'again') on conflict do nothing", 0},
            {"update things set name = 'c' returning id", 2},
            {"create table others (id integer)", 0},
            {"delete from things where id = 1", 1},
    };
    for (const auto& [text, changed] : rows)
        EXPECT_EQ(writer.run({"changes", text}), changed) << text;
}

TEST_F(sqlite_connection, a_handler_that_returns_false_stops_and_the_changes_are_made) {
    int seen = 0;
    const std::int64_t changed =
            writer.run({"stop", "insert into things values (1, 'a'), (2, 'b'), (3, 'c') returning id"}, {},
                    [&](const sql::row&) { return ++seen < 2; });
    EXPECT_EQ(seen, 2);
    EXPECT_EQ(changed, 3);
    EXPECT_EQ(integer(writer, count_things.text), 3);
}

TEST_F(sqlite_connection, a_row_handler_may_run_the_same_statement_again) {
    writer.execute("fill", "insert into things values (1, 'a'), (2, 'b'), (3, 'c')");
    constexpr sql::statement after{"after", "select id from things where id > $1 order by id"};
    std::vector<std::int64_t> pairs;
    writer.run(after, {0}, [&](const sql::row& outer) {
        const std::int64_t first = outer.integer(0);
        writer.run(after, {first},
                [&](const sql::row& inner) { pairs.push_back(first * 10 + inner.integer(0)); });
        EXPECT_EQ(outer.integer(0), first);
    });
    EXPECT_EQ(pairs, (std::vector<std::int64_t>{12, 13, 23}));
}

TEST_F(sqlite_connection, an_exception_in_a_handler_leaves_no_statement_running) {
    writer.execute("fill", "insert into things values (1, 'a'), (2, 'b')");
    const auto throw_at_once = [](const sql::row&) { throw std::logic_error("enough"); };
    EXPECT_THROW(writer.run({"all", "select * from things"}, {}, throw_at_once), std::logic_error);
    // A running statement would keep the table locked.
    EXPECT_NO_THROW(writer.execute("drop", "drop table things"));
}

TEST_F(sqlite_connection, a_failed_statement_can_run_again) {
    writer.run(insert_thing, {1, "a"});
    EXPECT_THROW(writer.run(insert_thing, {1, "b"}), sql::failure);
    EXPECT_EQ(writer.run(insert_thing, {2, "b"}), 1);
}

TEST_F(sqlite_connection, a_text_is_exactly_one_statement_with_numbered_parameters) {
    for (const std::string_view text :
            {"", " ; ", "-- nothing", "select 1; select 2", "select ?1", "select :a"})
        EXPECT_NE(failure_of(writer, text), "") << text;
    EXPECT_EQ(failure_of(writer, "select 1;\n"), "");
}

TEST_F(sqlite_connection, a_failure_names_its_statement) {
    EXPECT_TRUE(failure_of(writer, "select * from nothing").starts_with("failing: "));
}

TEST_F(sqlite_connection, a_statement_is_at_most_100000_bytes_long) {
    const std::string start = "select '";
    const auto of_length = [&](std::size_t length) {
        return start + std::string(length - start.size() - 1, 'x') + "'";
    };
    EXPECT_EQ(failure_of(writer, of_length(100'000)), "");
    EXPECT_NE(failure_of(writer, of_length(100'001)), "");
}

TEST_F(sqlite_connection, an_expression_is_at_most_200_deep) {
    const auto of_depth = [](int depth) {
        std::string text = "select 1";
        for (int i = 1; i < depth; ++i)
            text += "+1";
        return text;
    };
    EXPECT_EQ(failure_of(writer, of_depth(200)), "");
    EXPECT_NE(failure_of(writer, of_depth(201)), "");
}

TEST_F(sqlite_connection, nothing_outside_the_file_can_be_reached) {
    EXPECT_NE(failure_of(writer, "attach database '/tmp/other.db' as other"), "");
    EXPECT_NE(failure_of(writer, "select load_extension('anything')"), "");
    writer.execute("defensive", "pragma writable_schema = on");
    EXPECT_NE(failure_of(writer, "delete from sqlite_schema"), "");
}

TEST_F(sqlite_connection, a_deadline_ends_a_running_statement_and_refuses_the_next) {
    connection reader(file, role::reader);
    reader.set_deadline(steady::now() + std::chrono::milliseconds(30));
    constexpr sql::statement endless{"endless",
            "with recursive numbers(n) as (select 1 union all select n + 1 from numbers) select max(n) from "
            "numbers"};
    EXPECT_THROW(reader.run(endless), sql::busy);
    EXPECT_THROW(reader.run(count_things), sql::busy);
    reader.set_deadline(steady::time_point::max());
    EXPECT_EQ(integer(reader, count_things.text), 0);
}

class sqlite_budget : public sqlite_connection {
protected:
    // What the rows with ids up to `most` hold; throws sql::over_budget.
    std::size_t bytes_of(std::int64_t most) {
        std::size_t bytes = 0;
        reader.run({"some", "select name from things where id <= $1"}, {most},
                [&](const sql::row& row) { bytes += row.text(0).size(); });
        return bytes;
    }

    connection reader{file, role::reader};
};

TEST_F(sqlite_budget, counts_the_bytes_of_all_statements_together) {
    for (std::int64_t id = 1; id <= 4; ++id)
        insert_bytes(id, 1'000);
    reader.set_budget(sql::read_budget{.steps = 10'000, .bytes = 4'000});
    EXPECT_EQ(bytes_of(4), 4'000U);
    EXPECT_THROW(bytes_of(1), sql::over_budget);
    EXPECT_THROW(reader.run(count_things), sql::over_budget) << "one that is spent stays spent";
    reader.set_budget(sql::read_budget{.steps = 10'000, .bytes = 3'999});
    EXPECT_THROW(bytes_of(4), sql::over_budget);
    reader.set_budget(std::nullopt);
    EXPECT_EQ(bytes_of(4), 4'000U);
}

TEST_F(sqlite_budget, counts_the_rows_that_are_returned) {
    for (std::int64_t id = 1; id <= 1'000; ++id)
        insert_bytes(id, 1);
    std::size_t rows = 0;
    const auto read_all = [&] {
        rows = 0;
        reader.run({"all", "select id from things"}, {}, [&](const sql::row&) { ++rows; });
    };
    reader.set_budget(sql::read_budget{.steps = 100'000, .bytes = 0});
    read_all();
    EXPECT_EQ(rows, 1'000U);
    reader.set_budget(sql::read_budget{.steps = 500, .bytes = 0});
    EXPECT_THROW(read_all(), sql::over_budget);
    EXPECT_GT(rows, 50U);
    EXPECT_LT(rows, 500U);
}

TEST_F(sqlite_budget, counts_the_rows_that_are_skipped) {
    writer.execute("fill",
            "insert into things with recursive numbers(n) as"
            " (select 1 union all select n + 1 from numbers where n < 20000) select n, 'x' from numbers");
    constexpr sql::statement count_none{"none", "select count(*) from things where name = 'y'"};
    std::size_t rows = 0;
    const auto count = [&] { reader.run(count_none, {}, [&](const sql::row&) { ++rows; }); };
    reader.set_budget(sql::read_budget{.steps = 20'000, .bytes = 0});
    EXPECT_THROW(count(), sql::over_budget);
    EXPECT_EQ(rows, 0U);
    reader.set_budget(sql::read_budget{.steps = 1'000'000, .bytes = 0});
    count();
    EXPECT_EQ(rows, 1U);
}

TEST_F(sqlite_budget, counts_many_short_statements) {
    insert_bytes(1, 1);
    reader.set_budget(sql::read_budget{.steps = 1'000, .bytes = 1'000});
    int done = 0;
    EXPECT_THROW(for (; done < 1'000; ++done) bytes_of(1), sql::over_budget);
    EXPECT_GT(done, 10);
}

TEST_F(sqlite_connection, a_held_write_lock_is_busy) {
    connection other(file, role::writer);
    sqlite3_busy_timeout(other.handle(), 0);
    writer.execute("hold", "begin immediate");
    EXPECT_THROW(other.execute("wait", "begin immediate"), sql::busy);
    writer.execute("release", "commit");
    EXPECT_NO_THROW(other.execute("wait", "begin immediate"));
}

TEST_F(sqlite_connection, a_file_that_is_no_database_is_damaged) {
    const fs::path other = folder.path() / "other.db";
    std::ofstream(other) << std::string(8'192, 'x');
    try {
        const connection opened(other, role::writer);
        FAIL();
    } catch (const storage_failure& problem) {
        EXPECT_EQ(problem.cause, storage_failure::kind::damaged);
    }
}

TEST_F(sqlite_connection, a_full_database_is_distinguished_from_other_failures) {
    writer.execute("bound", "pragma max_page_count = 10");
    try {
        insert_bytes(1, 100'000);
        FAIL();
    } catch (const storage_failure& problem) {
        EXPECT_EQ(problem.cause, storage_failure::kind::full);
    }
}

TEST_F(sqlite_connection, deferred_foreign_key_violations_are_seen) {
    writer.execute("make",
            "create table parents (id integer primary key);"
            "create table children (parent integer references parents (id) deferrable initially deferred);"
            "begin immediate; insert into children values (1)");
    EXPECT_TRUE(writer.owes_foreign_keys());
    writer.execute("pay", "insert into parents values (1)");
    EXPECT_FALSE(writer.owes_foreign_keys());
}

TEST_F(sqlite_connection, only_commits_that_wrote_are_counted) {
    const std::uint64_t before = writer.commits();
    writer.execute("nothing", "begin immediate; update things set name = 'x'; commit");
    EXPECT_EQ(writer.commits(), before);
    writer.execute("something", "begin immediate; insert into things values (1, 'a'); commit");
    EXPECT_EQ(writer.commits(), before + 1);
}

TEST_F(sqlite_connection, only_checkpoints_copy_the_log_back) {
    for (std::int64_t id = 0; id < 3; ++id)
        insert_bytes(id, 2'000'000);  // SQLite's own threshold is 1,000 frames
    EXPECT_GT(writer.wal_frames(), 1'400);
    EXPECT_LT(fs::file_size(file), 100'000U);

    const auto report = writer.checkpoint(connection::checkpoint_mode::passive, {});
    EXPECT_TRUE(report.is_complete);
    EXPECT_GT(fs::file_size(file), 6'000'000U);
}

TEST_F(sqlite_connection, closing_does_not_checkpoint) {
    const fs::path other = folder.path() / "other.db";
    {
        connection closing(other, role::writer);
        closing.execute("make", "create table things (id integer)");
    }
    EXPECT_GT(fs::file_size(other.string() + "-wal"), 0U);
}

TEST_F(sqlite_connection, a_truncating_checkpoint_empties_the_log_unless_a_reader_is_in_the_way) {
    connection reader(file, role::reader);
    insert_bytes(1, 10'000);
    reader.execute("snapshot", "begin; select count(*) from things");
    insert_bytes(2, 10'000);
    const auto hindered =
            writer.checkpoint(connection::checkpoint_mode::truncate, std::chrono::milliseconds(1));
    EXPECT_FALSE(hindered.is_complete);
    reader.execute("end", "commit");
    EXPECT_TRUE(writer.checkpoint(connection::checkpoint_mode::truncate, {}).is_complete);
    EXPECT_EQ(fs::file_size(file.string() + "-wal"), 0U);
    EXPECT_EQ(text(writer, "pragma busy_timeout"), "5000");
}

TEST(sqlite_statement_cache, keeps_the_statements_that_were_used_last) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
    {
        statement_cache cache(2);
        const auto use = [&](std::string_view text) {
            prepared* taken = cache.take(database, "test", text);
            cache.give_back(taken);
            return taken;
        };
        prepared* const one = use("select 1");
        use("select 2");
        EXPECT_EQ(use("select 1"), one);
        use("select 3");  // in the place of 2
        EXPECT_EQ(cache.size(), 2U);
        EXPECT_EQ(use("select 1"), one);
    }
    sqlite3_close(database);
}

TEST(sqlite_statement_cache, never_drops_a_running_statement) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
    {
        statement_cache cache(1);
        prepared* const running = cache.take(database, "test", "select 1");
        cache.give_back(cache.take(database, "test", "select 2"));
        EXPECT_EQ(sqlite3_step(running->handle.get()), SQLITE_ROW);
        prepared* const twin = cache.take(database, "test", "select 1");
        EXPECT_NE(twin, running);
        EXPECT_EQ(sqlite3_step(twin->handle.get()), SQLITE_ROW);
        cache.give_back(twin);
        EXPECT_EQ(sqlite3_step(running->handle.get()), SQLITE_DONE);
        cache.give_back(running);
    }
    sqlite3_close(database);
}

}  // namespace
}  // namespace scimd::store::sqlite
