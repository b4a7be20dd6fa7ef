#include "store/engine/database.hpp"

#include "store/sqlite_store_fixture.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

namespace scimd::store {
namespace {

using namespace std::chrono_literals;

constexpr sql::statement endless{"endless",
        "with recursive numbers(n) as (select 1 union all select n + 1 from numbers) select max(n) from "
        "numbers"};

TEST_F(sqlite_store, shows_a_write_to_the_reads_after_it) {
    open();
    insert(1);
    EXPECT_EQ(read(count_organizations), 1);
}

TEST_F(sqlite_store, runs_a_read_on_the_calling_thread_and_scans_and_writes_elsewhere) {
    open();
    for (const auto mode : {intent::read, intent::scan, intent::write}) {
        std::thread::id where;
        run(*store, mode, [&](transaction&) {
            where = std::this_thread::get_id();
            return verdict::commit;
        });
        EXPECT_EQ(where == std::this_thread::get_id(), mode == intent::read);
    }
}

TEST_F(sqlite_store, ends_an_inline_read_that_exceeds_its_budget) {
    open();
    const auto is_within = [&](intent mode, std::int64_t rows) {
        const std::string text =
                "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < " +
                std::to_string(rows) + ") select count(*) from numbers";
        try {
            run(*store, mode, [&](transaction& tx) {
                EXPECT_EQ(integer(tx, {"numbers", text}), rows);
                return verdict::commit;
            });
            return true;
        } catch (const sql::over_budget&) {
            EXPECT_TRUE(is_over_budget(std::current_exception()));
            return false;
        }
    };
    EXPECT_TRUE(is_within(intent::inline_read, 100));
    EXPECT_FALSE(is_within(intent::inline_read, static_cast<std::int64_t>(inline_budget.steps)));
    EXPECT_TRUE(is_within(intent::scan, static_cast<std::int64_t>(inline_budget.steps)));
    EXPECT_TRUE(is_within(intent::read, static_cast<std::int64_t>(inline_budget.steps)));
    EXPECT_TRUE(is_within(intent::inline_read, 100)) << "the next one has a budget of its own";
    EXPECT_EQ(metrics.counter_of("scimd_store_reads_over_budget_total", "").value(), 1U);
    EXPECT_FALSE(is_over_budget(nullptr));
    EXPECT_FALSE(is_over_budget(std::make_exception_ptr(sql::busy("busy"))));
}

TEST_F(sqlite_store, gives_a_read_one_snapshot) {
    open();
    run(*store, intent::read, [&](transaction& tx) {
        EXPECT_EQ(integer(tx, count_organizations), 0);
        insert(1);
        EXPECT_EQ(integer(tx, count_organizations), 0);
        return verdict::commit;
    });
    EXPECT_EQ(read(count_organizations), 1);
}

TEST_F(sqlite_store, lets_no_read_write) {
    open();
    for (const auto mode : {intent::read, intent::scan})
        EXPECT_THROW(run(*store, mode,
                             [](transaction& tx) {
                                 tx.sql().run(insert_organization, {1});
                                 return verdict::commit;
                             }),
                sql::failure);
    EXPECT_EQ(read(count_organizations), 0);
}

TEST_F(sqlite_store, passes_the_exception_of_a_task_to_its_completion) {
    open();
    for (const auto mode : {intent::read, intent::scan, intent::write})
        EXPECT_THROW(run(*store, mode, [](transaction&) -> verdict { throw std::logic_error("mine"); }),
                std::logic_error);
    insert(1);
    EXPECT_EQ(read(count_organizations), 1);
}

TEST_F(sqlite_store, limits_the_connections_of_the_reader_pool) {
    options.readers_max = 2;
    open();
    const auto nothing = [](transaction&) { return verdict::commit; };
    run(*store, intent::read, [&](transaction&) {
        run(*store, intent::read, [&](transaction&) {
            EXPECT_THROW(run(*store, intent::read, nothing), sql::busy);
            return verdict::commit;
        });
        EXPECT_NO_THROW(run(*store, intent::read, nothing));
        return verdict::commit;
    });
}

TEST_F(sqlite_store, ends_a_read_at_its_deadline) {
    options.scan_deadline = 50ms;
    open();
    for (const auto mode : {intent::read, intent::scan}) {
        EXPECT_THROW(run(*store, mode,
                             [](transaction& tx) {
                                 tx.sql().run(endless);
                                 return verdict::commit;
                             }),
                sql::busy);
        EXPECT_EQ(read(count_organizations), 0);
    }
}

TEST_F(sqlite_store, gives_reads_a_deadline_and_writes_none) {
    options.scan_deadline = 1h;
    open();
    const auto deadline_of = [&](intent mode) {
        std::optional<transaction::deadline_point> deadline;
        run(*store, mode, [&](transaction& tx) {
            deadline = tx.deadline();
            return verdict::commit;
        });
        return deadline;
    };
    const auto before = std::chrono::steady_clock::now();
    for (const auto mode : {intent::read, intent::scan})
        EXPECT_GE(deadline_of(mode).value(), before + options.scan_deadline);
    EXPECT_FALSE(deadline_of(intent::write));
}

TEST_F(sqlite_store, limits_the_queue_of_scans) {
    options.scan_threads = 1;
    options.scan_queue_max = 1;
    open();
    std::promise<void> begun;
    std::promise<void> release;
    std::promise<void> queued_done;
    store->submit(
            intent::scan,
            [&](transaction&) {
                begun.set_value();
                release.get_future().wait();
                return verdict::commit;
            },
            [](std::exception_ptr) {});
    begun.get_future().wait();
    const auto nothing = [](transaction&) { return verdict::commit; };
    store->submit(intent::scan, nothing, [&](std::exception_ptr problem) {
        EXPECT_FALSE(problem);
        queued_done.set_value();
    });
    EXPECT_THROW(run(*store, intent::scan, nothing), sql::busy);
    release.set_value();
    queued_done.get_future().wait();
}

TEST_F(sqlite_store, commits_concurrent_writes_in_fewer_groups) {
    open();
    constexpr std::int64_t threads = 8;
    constexpr std::int64_t writes = 25;
    std::vector<std::thread> clients;
    for (std::int64_t client = 0; client < threads; ++client)
        clients.emplace_back([this, client] {
            for (std::int64_t i = 1; i <= writes; ++i) {
                insert(client * 1'000 + i);
                EXPECT_GE(read(count_organizations), i);
            }
        });
    for (std::thread& one : clients)
        one.join();
    EXPECT_EQ(read(count_organizations), threads * writes);
    EXPECT_EQ(metrics.counter_of("scimd_store_group_works_total", "").value(), 200U);
    EXPECT_LT(metrics.counter_of("scimd_store_groups_total", "").value(), 150U);
    EXPECT_EQ(metrics.counter_of("scimd_store_works_total", "", {{"intent", "write"}}).value(), 200U);
}

TEST_F(sqlite_store, never_issues_an_id_that_is_stored_already) {
    open();
    const std::int64_t far_ahead = ids.next() + (std::int64_t{1} << 40);
    insert(far_ahead);
    store->close();
    id_source fresh(wall);
    const auto reopened = open_sqlite(options, wall, fresh, log, metrics).value();
    EXPECT_GT(fresh.next(), far_ahead);
}

}  // namespace
}  // namespace scimd::store
