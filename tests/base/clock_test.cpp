#include "base/clock.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace scimd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr time_point epoch = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);

TEST(id_source, counts_milliseconds_since_2024_above_22_bits_of_count) {
    const test::manual_clock wall(epoch + milliseconds(5));
    id_source ids(wall);
    EXPECT_EQ(ids.next(), std::int64_t{5} << 22);
    EXPECT_EQ(ids.next(), (std::int64_t{5} << 22) + 1);
}

TEST(id_source, restarts_the_counter_in_the_next_millisecond) {
    test::manual_clock wall(epoch + milliseconds(5));
    id_source ids(wall);
    ids.next();
    ids.next();
    wall.advance(milliseconds(1));
    EXPECT_EQ(ids.next(), std::int64_t{6} << 22);
}

TEST(id_source, increases_when_the_clock_steps_back) {
    test::manual_clock wall(epoch + hours(2));
    id_source ids(wall);
    const auto before = ids.next();
    wall.advance(-hours(1));
    EXPECT_EQ(ids.next(), before + 1);
    EXPECT_EQ(ids.next(), before + 2);
}

TEST(id_source, issues_positive_ids_before_its_epoch) {
    const test::manual_clock wall(epoch - hours(1));
    id_source ids(wall);
    EXPECT_EQ(ids.next(), 1);
    EXPECT_EQ(ids.next(), 2);
}

TEST(id_source, issues_nothing_up_to_the_floor) {
    const test::manual_clock wall(epoch + milliseconds(5));
    id_source ids(wall);
    const std::int64_t floor = std::int64_t{900} << 22;
    ids.raise(floor);
    EXPECT_EQ(ids.next(), floor + 1);
}

TEST(id_source, ignores_a_floor_below_its_last_id) {
    const test::manual_clock wall(epoch + milliseconds(5));
    id_source ids(wall);
    const auto last = ids.next();
    ids.raise(last - 1);
    EXPECT_EQ(ids.next(), last + 1);
}

TEST(id_source, issues_unique_ids_to_threads) {
    const test::manual_clock wall;
    id_source ids(wall);
    std::vector<std::vector<std::int64_t>> drawn(4);
    std::vector<std::thread> threads;
    for (auto& mine : drawn) {
        threads.emplace_back([&ids, &mine] {
            for (int i = 0; i < 2'000; ++i)
                mine.push_back(ids.next());
        });
    }
    for (auto& thread : threads)
        thread.join();
    std::set<std::int64_t> all;
    for (const auto& mine : drawn)
        all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), 8'000U);
}

TEST(system_clock, agrees_with_the_system) {
    const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto now = make_system_clock()->now();
    EXPECT_GE(now, before);
    EXPECT_LT(now - before, hours(1));
}

}  // namespace
}  // namespace scimd
