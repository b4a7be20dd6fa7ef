// Cancellation of running and queued tasks. No test depends on a duration.
#include "store/sqlite_store_fixture.hpp"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace scimd::store {
namespace {

constexpr sql::statement endless_read{
        "endless_read",
        "with recursive counted(n) as (select 1 union all select n + 1 from counted) select max(n) from "
        "counted",
};
constexpr sql::statement endless_write{
        "endless_write",
        "with recursive counted(n) as (select 1 union all select n + 1 from counted)"
        " update organizations set updated_at = (select max(n) from counted)",
};

class cancellation : public sqlite_store {
protected:
    cancellation() {
        options.is_cancelled = &is_cancelled;
        options.scan_deadline = std::chrono::hours(1);
        options.scan_threads = 3;  // of which one tenant gets two
        open();
    }

    // Signals when the task has started.
    std::future<void> submit(intent mode, const task& what) {
        const auto over = std::make_shared<std::promise<void>>();
        store->submit(mode, what, [over](std::exception_ptr problem) {
            problem ? over->set_exception(std::move(problem)) : over->set_value();
        });
        return over->get_future();
    }

    std::future<void> run_endlessly(intent mode, const sql::statement& what) {
        const auto started = std::make_shared<std::promise<void>>();
        auto outcome = submit(mode, [=](transaction& tx) {
            started->set_value();
            tx.sql().run(what);
            return verdict::commit;
        });
        started->get_future().wait();
        return outcome;
    }

    std::atomic<bool> is_cancelled{false};
};

TEST_F(cancellation, ends_running_and_queued_scans) {
    auto first = run_endlessly(intent::scan, endless_read);
    auto second = run_endlessly(intent::scan, endless_read);
    std::vector<std::future<void>> waiting;
    for (int i = 0; i < 10; ++i)
        waiting.push_back(submit(intent::scan, [](transaction& tx) {
            tx.sql().run(endless_read);
            return verdict::commit;
        }));
    is_cancelled = true;
    EXPECT_THROW(first.get(), sql::busy);
    EXPECT_THROW(second.get(), sql::busy);
    for (auto& one : waiting)
        EXPECT_THROW(one.get(), sql::busy);
}

TEST_F(cancellation, ends_a_running_read) {
    std::promise<void> started;
    std::thread canceller([&] {
        started.get_future().wait();
        is_cancelled = true;
    });
    EXPECT_THROW(run(*store, intent::read,
                         [&](transaction& tx) {
                             started.set_value();
                             tx.sql().run(endless_read);
                             return verdict::commit;
                         }),
            sql::busy);
    canceller.join();
}

TEST_F(cancellation, ends_running_and_queued_writes_and_rolls_them_back) {
    insert(1);
    auto first = run_endlessly(intent::write, endless_write);
    std::vector<std::future<void>> waiting;
    for (int i = 0; i < 10; ++i)
        waiting.push_back(submit(intent::write, [i](transaction& tx) {
            tx.sql().run(insert_organization, {std::int64_t{100} + i});
            return verdict::commit;
        }));
    is_cancelled = true;
    EXPECT_THROW(first.get(), sql::failure);
    for (auto& one : waiting)
        EXPECT_THROW(one.get(), sql::failure);
    EXPECT_FALSE(store->is_broken());
    store->close();
    is_cancelled = false;
    open();
    EXPECT_EQ(read(count_organizations), 1);
    EXPECT_EQ(read({"changed", "select max(updated_at) from organizations"}), 0);
}

TEST_F(cancellation, a_write_of_many_short_statements_ends_too) {
    std::promise<void> started;
    auto outcome = submit(intent::write, [&](transaction& tx) {
        for (std::int64_t id = 1;; ++id) {
            tx.sql().run(insert_organization, {id});
            if (id == 1)
                started.set_value();
        }
        return verdict::commit;
    });
    started.get_future().wait();
    is_cancelled = true;
    EXPECT_THROW(outcome.get(), sql::failure);
    store->close();
    is_cancelled = false;
    open();
    EXPECT_EQ(read(count_organizations), 0);
}

TEST_F(cancellation, committed_changes_stay_and_the_store_closes_and_opens_as_usual) {
    insert(1);
    insert(2);
    is_cancelled = true;
    store->close();
    is_cancelled = false;
    open();
    EXPECT_EQ(read(count_organizations), 2);
    insert(3);
    EXPECT_EQ(read(count_organizations), 3);
}

TEST_F(cancellation, ends_a_backup_and_leaves_no_file) {
    insert(1);
    const auto target = place.path() / "copy.db";
    is_cancelled = true;
    EXPECT_THROW(store->backup(target), sql::failure);
    EXPECT_FALSE(std::filesystem::exists(target));
    EXPECT_FALSE(std::filesystem::exists(target.string() + ".tmp"));
    is_cancelled = false;
    store->backup(target);
    EXPECT_TRUE(std::filesystem::exists(target));
}

TEST_F(cancellation, ends_a_check) {
    is_cancelled = true;
    EXPECT_THROW(store->check(), sql::busy);
    is_cancelled = false;
    EXPECT_TRUE(store->check().empty());
}

}  // namespace
}  // namespace scimd::store
