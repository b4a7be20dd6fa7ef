#include "base/guarded_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace scimd {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr time_point start = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);

class guarded_clock_test : public testing::Test {
protected:
    // Advances both clocks.
    void pass(std::chrono::microseconds amount) {
        machine.wall += amount;
        machine.running += amount;
    }
    void leap(std::chrono::microseconds amount) { machine.wall += amount; }

    clock_reading machine{start, 5h};
    guarded_clock wall_clock{
            [this] { return machine; }, {.forward_max = 1h, .backward_max = 5min, .hold = 10min}};
};

TEST_F(guarded_clock_test, small_steps_are_followed_at_once) {
    pass(10s);
    EXPECT_EQ(wall_clock.now(), start + 10s);
    leap(1h);
    EXPECT_EQ(wall_clock.now(), start + 1h + 10s);
    leap(-5min);
    EXPECT_EQ(wall_clock.now(), start + 55min + 10s);
    EXPECT_EQ(wall_clock.look(), guarded_clock::status());
}

TEST_F(guarded_clock_test, a_jump_of_ten_seconds_is_not_followed) {
    for (const auto amount : {std::chrono::microseconds(days(365)), std::chrono::microseconds(-1h),
                 std::chrono::microseconds(1h + 1us), std::chrono::microseconds(-5min - 1us)}) {
        const auto before = wall_clock.now();
        leap(amount);
        EXPECT_EQ(wall_clock.now(), before);
        EXPECT_FALSE(wall_clock.look().is_settled);
        EXPECT_EQ(wall_clock.look().ahead, amount);
        pass(10s);
        EXPECT_EQ(wall_clock.now(), before + 10s);
        leap(-amount);
        EXPECT_EQ(wall_clock.now(), before + 10s);
        EXPECT_TRUE(wall_clock.look().is_settled);
    }
    EXPECT_EQ(wall_clock.look().leaps, 4U);
    EXPECT_EQ(wall_clock.look().adopted, 0U);
}

TEST_F(guarded_clock_test, a_new_time_is_adopted_when_it_has_persisted) {
    leap(days(365));
    EXPECT_EQ(wall_clock.now(), start);
    pass(10min - 1us);
    EXPECT_EQ(wall_clock.now(), start + 10min - 1us);
    pass(1us);
    EXPECT_EQ(wall_clock.now(), start + days(365) + 10min);
    EXPECT_EQ(wall_clock.look(), (guarded_clock::status{.leaps = 1, .adopted = 1}));

    leap(days(-365));
    EXPECT_EQ(wall_clock.now(), start + days(365) + 10min);
    pass(10min);
    EXPECT_EQ(wall_clock.now(), start + 20min);
    EXPECT_EQ(wall_clock.look(), (guarded_clock::status{.leaps = 2, .adopted = 2}));
}

TEST_F(guarded_clock_test, a_time_that_keeps_jumping_is_not_adopted) {
    leap(days(365));
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(wall_clock.now());
        pass(9min);
        leap(days(1));
    }
    EXPECT_EQ(wall_clock.now(), start + 180min);
    EXPECT_FALSE(wall_clock.look().is_settled);
    pass(10min);
    EXPECT_EQ(wall_clock.now(), start + 190min + days(385));
}

TEST_F(guarded_clock_test, at_a_start_a_clock_behind_the_stored_time_has_jumped) {
    wall_clock.resume_from(start + days(3));
    EXPECT_EQ(wall_clock.now(), start + days(3));
    EXPECT_FALSE(wall_clock.look().is_settled);
    pass(1min);
    EXPECT_EQ(wall_clock.now(), start + days(3) + 1min);
    // The machine's clock is corrected over the network.
    leap(days(3) + 30min);
    EXPECT_EQ(wall_clock.now(), start + days(3) + 31min);
    EXPECT_TRUE(wall_clock.look().is_settled);
}

TEST_F(guarded_clock_test, a_wrong_stored_time_is_abandoned_when_the_right_one_has_persisted) {
    wall_clock.resume_from(start + days(365));
    pass(10min);
    EXPECT_EQ(wall_clock.now(), start + 10min);
    EXPECT_TRUE(wall_clock.look().is_settled);
}

TEST_F(guarded_clock_test, at_a_start_a_clock_far_ahead_is_followed_but_not_settled) {
    wall_clock.resume_from(start - days(2));
    EXPECT_EQ(wall_clock.now(), start);
    EXPECT_FALSE(wall_clock.look().is_settled);
    pass(10min - 1us);
    EXPECT_FALSE(wall_clock.look().is_settled);
    pass(1us);
    EXPECT_EQ(wall_clock.look(), (guarded_clock::status{.leaps = 1}));
    EXPECT_EQ(wall_clock.now(), start + 10min);
}

TEST_F(guarded_clock_test, at_a_start_a_clock_near_the_stored_time_is_settled) {
    for (const auto stored : {start + 5min, start, start - 1h}) {
        wall_clock.resume_from(stored);
        EXPECT_EQ(wall_clock.now(), start);
        EXPECT_EQ(wall_clock.look(), guarded_clock::status());
    }
}

TEST(machine_clock_test, both_clocks_advance) {
    const auto read = machine_clock();
    const auto first = read();
    const auto before = make_system_clock()->now();
    EXPECT_LT(std::chrono::abs(first.wall - before), 10s);
    auto second = read();
    while (second.running == first.running)
        second = read();
    EXPECT_GT(second.running, first.running);
}

}  // namespace
}  // namespace scimd
