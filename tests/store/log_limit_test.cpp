// Scans beside a write-ahead log that has as much in it as it may.
#include "store/sqlite_store_fixture.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace scimd::store {
namespace {

constexpr sql::statement make_table{"make_table", "create table filler (id integer primary key, text text)"};
constexpr sql::statement fill{"fill", "insert into filler (text) values ($1)"};
constexpr sql::statement count_filler{"count_filler", "select count(*) from filler"};
constexpr sql::statement endless{
        "endless",
        "with recursive counted(n) as (select 1 union all select n + 1 from counted) select max(n) from "
        "counted",
};
constexpr sql::statement some_milliseconds{
        "some_milliseconds",
        "with recursive counted(n) as (select 1 union all select n + 1 from counted where n < 100000)"
        " select max(n) from counted",
};
constexpr std::size_t frame_bytes = 4'120;

class log_limit : public sqlite_store {
protected:
    log_limit() {
        options.log_frames_max = 800;
        options.scan_deadline = std::chrono::hours(1);
        open();
        run(*store, intent::write, [](transaction& tx) {
            tx.sql().run(make_table);
            return verdict::commit;
        });
    }

    // Some 25 frames.
    void write() {
        run(*store, intent::write, [this](transaction& tx) {
            tx.sql().run(fill, {text});
            return verdict::commit;
        });
        longest = std::max(longest, log_frames());
    }

    [[nodiscard]] std::size_t log_frames() const {
        return std::filesystem::file_size(file.string() + "-wal") / frame_bytes;
    }

    // Returns when its snapshot has been taken.
    std::future<void> begin_scan(const sql::statement& what) {
        const auto over = std::make_shared<std::promise<void>>();
        const auto begun = std::make_shared<std::promise<void>>();
        const auto scan = [begun, what](transaction& tx) {
            integer(tx, count_filler);
            begun->set_value();
            tx.sql().run(what);
            return verdict::commit;
        };
        store->submit(intent::scan, scan, [over](std::exception_ptr problem) {
            problem ? over->set_exception(std::move(problem)) : over->set_value();
        });
        begun->get_future().wait();
        return over->get_future();
    }

    // True if a few writes wrap the log.
    bool wraps() {
        for (int i = 0; i < 40 && log_frames() >= 400; ++i)
            write();
        return log_frames() < 400;
    }

    [[nodiscard]] std::uint64_t given_up() {
        return metrics.counter_of("scimd_store_scans_given_up_total", "").value();
    }

    const std::string text = std::string(100'000, 'x');
    std::size_t longest = 0;
};

bool is_over(const std::future<void>& one) {
    return one.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

TEST_F(log_limit, lets_a_scan_run_until_the_log_is_at_its_limit) {
    auto scan = begin_scan(endless);
    while (log_frames() < 750)
        write();
    EXPECT_FALSE(is_over(scan));
    EXPECT_EQ(given_up(), 0U);

    while (!is_over(scan) && longest < 2'000)
        write();
    EXPECT_THROW(scan.get(), sql::busy);
    EXPECT_EQ(given_up(), 1U);
    EXPECT_TRUE(wraps());
}

TEST_F(log_limit, holds_with_consecutive_scans) {
    std::atomic<bool> is_enough = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            while (!is_enough)
                try {
                    run(*store, intent::scan, [](transaction& tx) {
                        integer(tx, count_filler);
                        tx.sql().run(some_milliseconds);
                        return verdict::commit;
                    });
                } catch (const sql::busy&) {  // given up
                }
        });
    for (int i = 0; i < 250; ++i)
        write();
    is_enough = true;
    for (auto& one : threads)
        one.join();
    EXPECT_LT(longest, 1'200U);
}

TEST_F(log_limit, cancels_scans_and_never_writes) {
    run(*store, intent::read, [&](transaction& tx) {
        const auto before = integer(tx, count_filler);
        for (int i = 0; i < 50; ++i)
            write();
        EXPECT_EQ(integer(tx, count_filler), before);
        return verdict::commit;
    });
    EXPECT_GT(longest, 1'000U);
    EXPECT_EQ(read(count_filler), 50);
    EXPECT_EQ(given_up(), 0U);
    EXPECT_TRUE(wraps());
}

TEST_F(log_limit, a_connection_of_a_cancelled_scan_serves_the_next_one) {
    auto scan = begin_scan(endless);
    while (!is_over(scan) && longest < 2'000)
        write();
    EXPECT_THROW(scan.get(), sql::busy);
    auto next = begin_scan(some_milliseconds);
    EXPECT_NO_THROW(next.get());
}

}  // namespace
}  // namespace scimd::store
