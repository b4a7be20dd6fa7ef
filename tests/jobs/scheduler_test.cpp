#include "jobs/scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <string>

namespace scimd::jobs {
namespace {

using namespace std::chrono_literals;

TEST(scheduler_test, each_job_runs_repeatedly) {
    logger log([](std::string_view) {});
    scheduler work(log);
    std::counting_semaphore<> first(0);
    std::counting_semaphore<> second(0);
    work.add({"first", 1ms, [&] { first.release(); }});
    work.add({"second", 1ms, [&] { second.release(); }});

    work.start();

    for (int i = 0; i < 3; ++i) {
        first.acquire();
        second.acquire();
    }
}

TEST(scheduler_test, a_job_by_time_is_skipped_while_the_clock_is_not_trusted) {
    logger log([](std::string_view) {});
    scheduler work(log);
    std::atomic<bool> is_sure = false;
    std::atomic<int> deletions = 0;
    std::counting_semaphore<> others(0);
    std::counting_semaphore<> deleted(0);
    work.pause_by([&] { return is_sure.load(); });
    work.add({"deletes", 1ms, [&] { ++deletions, deleted.release(); }, true});
    work.add({"works", 1ms, [&] { others.release(); }});

    work.start();

    for (int i = 0; i < 20; ++i)
        others.acquire();
    EXPECT_EQ(deletions, 0);
    is_sure = true;
    deleted.acquire();
}

TEST(scheduler_test, a_job_that_throws_is_logged_and_runs_again) {
    std::string lines;
    logger log([&](std::string_view line) { lines += line; });
    scheduler work(log);
    std::counting_semaphore<> ran(0);
    work.add({"broken", 1ms, [&] {
                  ran.release();
                  throw std::runtime_error("no luck");
              }});

    work.start();
    ran.acquire();
    ran.acquire();
    work.stop();

    EXPECT_NE(lines.find(R"("job":"broken","reason":"no luck")"), std::string::npos) << lines;
}

TEST(scheduler_test, stop_waits_for_the_running_job_and_no_job_runs_after_it) {
    logger log([](std::string_view) {});
    scheduler work(log);
    std::atomic<int> runs = 0;
    std::binary_semaphore has_begun(0);
    work.add({"slow", 1ms, [&] {
                  has_begun.release();
                  std::this_thread::sleep_for(5ms);
                  ++runs;
              }});

    work.start();
    has_begun.acquire();
    work.stop();

    const int seen = runs;
    EXPECT_GE(seen, 1);
    std::this_thread::sleep_for(5ms);
    EXPECT_EQ(runs, seen);
}

TEST(scheduler_test, a_job_that_is_not_due_does_not_delay_stop) {
    logger log([](std::string_view) {});
    scheduler work(log);
    work.add({"daily", 24h, [] { FAIL(); }});
    work.start();
}

}  // namespace
}  // namespace scimd::jobs
