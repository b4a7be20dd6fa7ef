#include "store/engine/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>

namespace scimd::store {
namespace {

scheduling_key of(std::int64_t organization, std::int64_t directory = 1) {
    return {{tenant::kind::customer, organization, directory}, 100};
}

// A job that has started and waits for the test.
class held_job {
public:
    worker_pool::job job() {
        return [this] {
            started_.set_value();
            released_.get_future().wait();
        };
    }
    void wait_until_started() { started_.get_future().wait(); }
    void release() { released_.set_value(); }

private:
    std::promise<void> started_;
    std::promise<void> released_;
};

TEST(worker_pool, one_organization_never_has_all_threads) {
    metrics_registry metrics;
    worker_pool pool("scan", 2, {}, metrics);
    held_job slow;
    std::atomic<int> of_same = 0;
    ASSERT_EQ(pool.offer(of(1, 1), slow.job()), admission::accepted);
    slow.wait_until_started();
    for (std::int64_t directory = 1; directory <= 3; ++directory)
        pool.offer(of(1, directory), [&] { ++of_same; });
    for (int i = 0; i < 20; ++i) {
        std::promise<void> done;
        pool.offer(of(2), [&] { done.set_value(); });
        done.get_future().wait();  // although all jobs of the first one wait
    }
    EXPECT_EQ(of_same, 0);
    slow.release();
    pool.close();
    EXPECT_EQ(of_same, 3);
}

TEST(worker_pool, a_single_thread_serves_all) {
    metrics_registry metrics;
    worker_pool pool("scan", 1, {}, metrics);
    std::atomic<int> done = 0;
    for (std::int64_t i = 0; i < 10; ++i)
        pool.offer(of(i % 2), [&] { ++done; });
    pool.close();
    EXPECT_EQ(done, 10);
}

TEST(worker_pool, counts_queued_and_rejected_jobs) {
    metrics_registry metrics;
    worker_pool pool("scan", 1, {.places_max = 4}, metrics);
    held_job slow;
    pool.offer(of(1), slow.job());
    slow.wait_until_started();
    EXPECT_EQ(pool.offer(of(1), [] {}), admission::accepted);
    EXPECT_EQ(pool.offer(of(1), [] {}), admission::over_share);
    EXPECT_EQ(pool.offer(of(2), [] {}), admission::accepted);
    EXPECT_EQ(pool.offer(of(3), [] {}), admission::accepted);
    EXPECT_EQ(pool.offer(of(4), [] {}), admission::accepted);
    EXPECT_EQ(pool.offer(of(5), [] {}), admission::full);
    const auto text = metrics.exposition();
    for (const auto* line :
            {"scimd_queue_works{queue=\"scan\"} 4\n", "scimd_queue_bytes{queue=\"scan\"} 400\n",
                    "scimd_queue_refused_total{queue=\"scan\",reason=\"share\"} 1\n",
                    "scimd_queue_refused_total{queue=\"scan\",reason=\"full\"} 1\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    slow.release();
    pool.close();
    EXPECT_NE(metrics.exposition().find("scimd_queue_works{queue=\"scan\"} 0\n"), std::string::npos);
    EXPECT_EQ(pool.offer(of(1), [] {}), admission::full);
}

TEST(worker_pool, abandon_drops_queued_jobs) {
    metrics_registry metrics;
    worker_pool pool("scan", 1, {}, metrics);
    held_job slow;
    pool.offer(of(1), slow.job());
    slow.wait_until_started();
    std::atomic<int> done = 0;
    for (int i = 0; i < 10; ++i)
        pool.offer(of(1), [&] { ++done; });
    std::thread abandoning([&] { pool.abandon(); });
    while (pool.offer(of(2), [] {}) == admission::accepted)
        std::this_thread::yield();
    slow.release();
    abandoning.join();
    EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace scimd::store
