#include "base/work_budget.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace scimd {
namespace {

TEST(work_budget_test, accepts_charges_up_to_its_limit_only) {
    work_budget work(1'000);
    EXPECT_NO_THROW(work.charge(999));
    EXPECT_NO_THROW(work.charge(1));
    EXPECT_EQ(work.used(), 1'000U);
    EXPECT_NO_THROW(work.check());
    EXPECT_THROW(work.charge(1), work_limit_exceeded);
    EXPECT_THROW(work.check(), work_limit_exceeded);
    EXPECT_THROW(work.charge(0), work_limit_exceeded);
}

TEST(work_budget_test, a_stage_has_a_limit_of_its_own) {
    work_budget work(1'000);
    work.charge(100);
    work.begin_stage(50);
    EXPECT_NO_THROW(work.charge(50));
    EXPECT_THROW(work.charge(1), stage_limit_exceeded);
    work.restart_stage();
    EXPECT_NO_THROW(work.charge(50));
    EXPECT_THROW(work.charge(1), stage_limit_exceeded);
    work.begin_stage({});
    EXPECT_NO_THROW(work.charge(700));
    EXPECT_THROW(work.charge(200), work_limit_exceeded);
}

TEST(work_budget_test, a_charge_that_overflows_exceeds_the_limit) {
    work_budget work(1'000);
    work.charge(1);
    EXPECT_THROW(work.charge(UINT64_MAX), work_limit_exceeded);
}

TEST(work_budget_test, names_the_limit_for_the_client) {
    work_budget work(1'000);
    try {
        work.charge(1'001);
        FAIL();
    } catch (const work_limit_exceeded& reason) {
        EXPECT_NE(std::string_view(reason.what()).find("more than 1000 steps"), std::string_view::npos);
    }
}

TEST(work_budget_test, checks_the_cancellation_flag_soon) {
    std::atomic<bool> cancelled = false;
    work_budget work(UINT64_MAX, &cancelled);
    work.charge(10 * work_budget::check_interval_steps);
    cancelled = true;
    const auto charge_an_interval = [&] {
        for (std::uint64_t i = 0; i < work_budget::check_interval_steps; ++i)
            work.charge(1);
    };
    EXPECT_THROW(charge_an_interval(), work_cancelled);
    EXPECT_THROW(work.check(), work_cancelled);
}

TEST(work_budget_test, is_cancelled_at_its_deadline) {
    work_budget work(UINT64_MAX);
    const auto now = std::chrono::steady_clock::now();
    work.set_deadline(now + std::chrono::hours(1));
    EXPECT_NO_THROW(work.charge(2 * work_budget::check_interval_steps));
    work.set_deadline(now);
    EXPECT_THROW(work.charge(2 * work_budget::check_interval_steps), work_cancelled);
    work.set_deadline({});
    EXPECT_NO_THROW(work.charge(2 * work_budget::check_interval_steps));
}

TEST(work_budget_test, allows_more_for_each_item_of_a_list) {
    work_budget work(10);
    for (int item = 0; item < 100; ++item) {
        work.allow(5);
        EXPECT_NO_THROW(work.charge(5));
    }
    EXPECT_NO_THROW(work.charge(10));
    EXPECT_THROW(work.charge(1), work_limit_exceeded);
}

TEST(work_budget_test, is_rewound_to_a_mark) {
    work_budget work(10);
    work.charge(4);
    const auto before = work.here();
    work.allow(100);
    work.charge(50);
    work.rewind(before);
    EXPECT_EQ(work.used(), 4U);
    EXPECT_NO_THROW(work.charge(6));
    EXPECT_THROW(work.charge(1), work_limit_exceeded);
    work.rewind(before);
    EXPECT_NO_THROW(work.charge(6));
}

TEST(work_budget_test, unlimited_work_has_no_limit) {
    unlimited_work().charge(UINT64_MAX);
    unlimited_work().charge(UINT64_MAX);
    EXPECT_NO_THROW(unlimited_work().check());
    EXPECT_EQ(unlimited_work().used(), 0U);
}

}  // namespace
}  // namespace scimd
