#include "writer_fixture.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace scimd::store {
namespace {

using namespace std::chrono_literals;

TEST(store_writer, commits_queued_tasks_in_one_group) {
    writing store;
    const auto release = store.occupy();
    std::vector<std::future<void>> waiting;
    for (std::int64_t id = 1; id <= 20; ++id)
        waiting.push_back(store.insert(id));
    release->set_value();
    for (auto& one : waiting)
        one.get();
    // The occupying task may have used up the time of its group.
    EXPECT_LE(store.groups(), 2U);
    EXPECT_EQ(store.stored().size(), 20U);
}

TEST(store_writer, limits_the_number_of_tasks_of_a_group) {
    writing store({.queue_max = 100, .group_works_max = 4, .group_work_max = 10s});
    const auto release = store.occupy();
    std::vector<std::future<void>> waiting;
    for (std::int64_t id = 1; id <= 8; ++id)
        waiting.push_back(store.insert(id));
    release->set_value();
    for (auto& one : waiting)
        one.get();
    EXPECT_EQ(store.groups(), 3U);  // 1 + 3, 4, 1
}

TEST(store_writer, limits_the_time_of_a_group) {
    writing store({.queue_max = 100, .group_works_max = 100, .group_work_max = 0us});
    const auto release = store.occupy();
    std::vector<std::future<void>> waiting;
    for (std::int64_t id = 1; id <= 5; ++id)
        waiting.push_back(store.insert(id));
    release->set_value();
    for (auto& one : waiting)
        one.get();
    EXPECT_EQ(store.groups(), 6U);
}

TEST(store_writer, rolls_back_only_the_rejected_task) {
    writing store;
    const auto release = store.occupy();
    auto one = store.insert(1);
    auto two = store.insert(2, verdict::rollback);
    auto three = store.insert(3);
    release->set_value();
    one.get();
    two.get();
    three.get();
    EXPECT_EQ(store.stored(), (row_ids{1, 3}));
    EXPECT_EQ(store.rollbacks(), 2U);  // with the occupying one
}

TEST(store_writer, gives_an_exception_only_to_its_own_task) {
    writing store;
    const auto release = store.occupy();
    auto one = store.insert(1);
    auto two = store.submit([](transaction& tx) -> verdict {
        tx.sql().run(insert_thing, {2, "thing"});
        throw std::logic_error("mine");
    });
    auto three = store.submit([](transaction& tx) {
        tx.sql().run(insert_thing, {1, "taken"});
        return verdict::commit;
    });
    auto four = store.insert(4);
    release->set_value();
    one.get();
    EXPECT_THROW(two.get(), std::logic_error);
    EXPECT_THROW(three.get(), sql::failure);
    four.get();
    EXPECT_EQ(store.stored(), (row_ids{1, 4}));
}

TEST(store_writer, survives_many_failing_tasks) {
    writing store;
    std::vector<std::future<void>> failing;
    for (int i = 0; i < 500; ++i)
        failing.push_back(store.submit([](transaction&) -> verdict { throw std::logic_error("no"); }));
    for (auto& one : failing)
        EXPECT_THROW(one.get(), std::logic_error);
    store.insert(1).get();
    EXPECT_EQ(store.stored(), row_ids{1});
    EXPECT_EQ(store.under_test->why_not_writable(), "");
}

TEST(store_writer, rejects_a_task_that_violates_a_foreign_key_and_keeps_the_others_of_its_group) {
    writing store;
    const auto release = store.occupy();
    auto one = store.insert(1);
    auto orphan = store.submit([](transaction& tx) {
        tx.sql().run({"orphan", "insert into children values (7)"});
        return verdict::commit;
    });
    release->set_value();
    one.get();
    EXPECT_THROW(orphan.get(), sql::failure);
    EXPECT_EQ(store.stored(), row_ids{1});
}

TEST(store_writer, acknowledges_nothing_of_a_group_that_sqlite_rolled_back) {
    writing store;
    store.insert(1).get();
    const auto release = store.occupy();
    auto two = store.insert(2);
    auto wrecking = store.submit([](transaction& tx) {
        tx.sql().run({"wreck", "insert or rollback into things values (1, 'taken')"});
        return verdict::commit;
    });
    release->set_value();
    EXPECT_THROW(two.get(), sql::failure);
    EXPECT_THROW(wrecking.get(), sql::failure);
    store.insert(3).get();
    EXPECT_EQ(store.stored(), (row_ids{1, 3}));
}

TEST(store_writer, limits_the_number_of_queued_tasks) {
    writing store({.queue_max = 2, .group_works_max = 100, .group_work_max = 5ms});
    const auto release = store.occupy();
    auto one = store.insert(1);
    auto two = store.insert(2);
    auto three = store.insert(3);
    EXPECT_THROW(three.get(), sql::busy);  // at once: the writer is still occupied
    release->set_value();
    one.get();
    two.get();
    EXPECT_EQ(store.stored(), (row_ids{1, 2}));
}

tenant customer(std::int64_t organization, std::int64_t directory = 1) {
    return {tenant::kind::customer, organization, directory};
}

TEST(store_writer, a_task_of_one_customer_does_not_wait_for_all_of_another) {
    writing store;
    std::vector<std::int64_t> order;
    const auto note = [&](std::int64_t organization) {
        return [&order, organization](transaction&) {
            order.push_back(organization);
            return verdict::commit;
        };
    };
    const auto release = store.occupy();
    std::vector<std::future<void>> waiting;
    for (int i = 0; i < 200; ++i)
        waiting.push_back(store.submit({customer(1)}, note(1)));
    waiting.push_back(store.submit({customer(2)}, note(2)));
    waiting.push_back(store.submit({customer(1, 2)}, note(1)));
    release->set_value();
    for (auto& one : waiting)
        one.get();
    ASSERT_EQ(order.size(), 202U);
    const auto turn = std::find(order.begin(), order.end(), 2) - order.begin();
    EXPECT_LE(turn, queue_limits::cost_divisor_min);  // as many as one turn pays for at the most
}

TEST(store_writer, a_customer_may_fill_its_share_of_the_queue_alone) {
    writing store({.queue_max = 8, .group_works_max = 100, .group_work_max = 5ms});
    const auto release = store.occupy();
    const auto nothing = [](transaction&) { return verdict::commit; };
    std::vector<std::future<void>> waiting;
    waiting.push_back(store.submit({customer(1)}, nothing));
    waiting.push_back(store.submit({customer(1)}, nothing));
    EXPECT_THROW(store.submit({customer(1)}, nothing).get(), over_share);
    waiting.push_back(store.submit({customer(2)}, nothing));
    release->set_value();
    for (auto& one : waiting)
        one.get();
}

TEST(store_writer, a_queue_is_bounded_in_bytes) {
    writing store({.queue_max = 100, .queue_bytes_max = 1'000});
    const auto release = store.occupy();
    const auto nothing = [](transaction&) { return verdict::commit; };
    auto large = store.submit({customer(1), 999}, nothing);
    EXPECT_THROW(store.submit({customer(1), 1}, nothing).get(), over_share);
    auto other = store.submit({customer(2), 1}, nothing);
    EXPECT_THROW(store.submit({customer(3), 1}, nothing).get(), sql::busy);
    release->set_value();
    large.get();
    other.get();
    store.submit({customer(1), 1}, nothing).get();
}

// With no time for a group of several tenants, the group ends with the task of the second one.
TEST(store_writer, a_group_of_several_tenants_ends_soon) {
    writing store({.group_works_max = 100, .group_work_max = 10s, .group_work_shared_max = 0us});
    std::promise<void> begun;
    std::promise<void> queued;
    const auto nothing = [](transaction&) { return verdict::commit; };
    std::vector<std::future<void>> all;
    all.push_back(store.submit({customer(1)}, [&](transaction&) {
        begun.set_value();
        queued.get_future().wait();
        return verdict::commit;
    }));
    begun.get_future().wait();
    for (int i = 0; i < 3; ++i) {
        all.push_back(store.submit({customer(1)}, nothing));
        all.push_back(store.submit({customer(2)}, nothing));
    }
    queued.set_value();
    for (auto& one : all)
        one.get();
    store.under_test->stop();
    EXPECT_GE(store.groups(), 2U);  // [1 … 2] [2 2 1 …] or so
    EXPECT_LE(store.groups(), 6U);
}

TEST(store_writer, a_waiting_tenant_joins_the_group_of_a_long_task) {
    writing store({.group_works_max = 100, .group_work_max = 0us, .group_work_shared_max = 0us});
    std::promise<void> begun;
    std::promise<void> queued;
    auto first = store.submit({customer(1)}, [&](transaction&) {
        begun.set_value();
        queued.get_future().wait();
        return verdict::commit;
    });
    begun.get_future().wait();
    auto other = store.submit({customer(2)}, [](transaction&) { return verdict::commit; });
    queued.set_value();
    first.get();
    other.get();
    store.submit({customer(1)}, [](transaction&) { return verdict::commit; }).get();
    store.under_test->stop();
    EXPECT_EQ(store.groups(), 2U);  // without the other the last one's would be the third
}

TEST(store_writer, a_task_learns_that_others_wait) {
    writing store;
    std::promise<void> begun;
    std::promise<void> own_queued;
    std::promise<void> looked;
    std::promise<void> other_queued;
    auto first = store.submit({customer(1)}, [&](transaction& tx) {
        begun.set_value();
        own_queued.get_future().wait();
        EXPECT_FALSE(tx.do_others_wait());
        looked.set_value();
        other_queued.get_future().wait();
        EXPECT_TRUE(tx.do_others_wait());
        return verdict::commit;
    });
    begun.get_future().wait();
    auto own = store.submit({customer(1)}, [](transaction&) { return verdict::commit; });
    own_queued.set_value();
    looked.get_future().wait();
    auto other = store.submit({customer(1, 2)}, [](transaction&) { return verdict::commit; });
    other_queued.set_value();
    first.get();
    own.get();
    other.get();
}

TEST(store_writer, notifies_after_commits_that_changed_something) {
    writing store;
    std::atomic<int> rings = 0;
    store.under_test->on_commit([&] { ++rings; });
    store.insert(1).get();
    store.submit([](transaction&) { return verdict::commit; }).get();
    store.insert(2, verdict::rollback).get();
    store.under_test->stop();
    EXPECT_EQ(rings, 1);
}

TEST(store_writer, lets_a_completion_submit_the_next_work) {
    writing store;
    std::promise<std::future<void>> next;
    store.under_test->submit(
            {}, [](transaction&) { return verdict::commit; },
            [&](std::exception_ptr) { next.set_value(store.insert(2)); });
    next.get_future().get().get();
    EXPECT_EQ(store.stored(), row_ids{2});
}

TEST(store_writer, survives_a_completion_that_throws) {
    writing store;
    store.under_test->submit(
            {}, [](transaction&) { return verdict::commit; },
            [](std::exception_ptr) { throw std::logic_error("oops"); });
    store.insert(1).get();
    EXPECT_NE(store.lines.find("store.completion_failed"), std::string::npos);
}

TEST(store_writer, returns_to_the_right_time_when_the_clock_was_far_ahead) {
    writing store;
    std::vector<time_point> times;
    const auto take_time = [&](transaction& tx) {
        times.push_back(tx.now());
        return verdict::commit;
    };
    const auto right = store.wall.now();
    store.wall.advance(24h * 365);
    store.submit(take_time).get();
    store.wall.set(right);
    store.submit(take_time).get();
    ASSERT_EQ(times.size(), 2U);
    EXPECT_EQ(times[0], right + 24h * 365);
    EXPECT_EQ(times[1], right);
}

TEST(store_writer, reads_no_earlier_time_when_the_clock_is_set_back_a_little) {
    writing store;
    std::vector<time_point> times;
    const auto take_time = [&](transaction& tx) {
        times.push_back(tx.now());
        return verdict::commit;
    };
    store.submit(take_time).get();
    store.wall.advance(-5min);
    store.submit(take_time).get();
    store.wall.advance(6min);
    store.submit(take_time).get();
    ASSERT_EQ(times.size(), 3U);
    EXPECT_EQ(times[1], times[0]);
    EXPECT_EQ(times[2], times[0] + 1min);
}

TEST(store_writer, finishes_what_is_queued_before_it_stops) {
    writing store;
    const auto release = store.occupy();
    auto one = store.insert(1);
    std::thread stopping([&] { store.under_test->stop(); });
    while (store.under_test->why_not_writable().empty())
        std::this_thread::yield();
    auto late = store.insert(2);
    EXPECT_THROW(late.get(), sql::busy);
    release->set_value();
    stopping.join();
    one.get();
    EXPECT_EQ(store.stored(), row_ids{1});
}

class counted_chore final : public maintenance_task {
public:
    counted_chore(int steps, std::atomic<int>& done) : steps_(steps), done_(done) {}
    bool step(sqlite::connection& database) override {
        EXPECT_FALSE(database.in_transaction());
        if (steps_ < 0)
            throw std::logic_error("cannot");
        return ++done_ < steps_;
    }

private:
    int steps_;
    std::atomic<int>& done_;
};

TEST(store_writer, runs_a_maintenance_task_step_by_step) {
    writing store;
    std::atomic<int> done = 0;
    store.under_test->run_between_groups(std::make_unique<counted_chore>(3, done));
    EXPECT_EQ(done, 3);
    EXPECT_THROW(store.under_test->run_between_groups(std::make_unique<counted_chore>(-1, done)),
            std::logic_error);
    store.insert(1).get();
}

TEST(store_writer, cancels_a_maintenance_task_when_it_stops) {
    writing store;
    std::atomic<int> done = 0;
    std::thread stopping([&] {
        while (done == 0)
            std::this_thread::yield();
        store.under_test->stop();
    });
    EXPECT_THROW(store.under_test->run_between_groups(std::make_unique<counted_chore>(1'000'000'000, done)),
            sql::busy);
    stopping.join();
    EXPECT_THROW(store.under_test->run_between_groups(std::make_unique<counted_chore>(1, done)), sql::busy);
}

}  // namespace
}  // namespace scimd::store
