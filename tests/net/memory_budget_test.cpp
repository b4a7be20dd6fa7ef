#include "net/server/memory_budget.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace scimd::net {
namespace {

using outcome = memory_reservation::outcome;

memory_limits small_limits() {
    memory_limits limits;
    limits.bytes_max = 100;
    limits.group_bytes_max = 60;
    limits.member_bytes_max = 40;
    limits.small_requests_bytes = 10;
    limits.small_request_bytes_max = 5;
    limits.waiting_max = 5;  // three of a group, two of a member
    limits.waiting_shares_max = 2;
    return limits;
}

class memory_budget_test : public ::testing::Test {
protected:
    metrics_registry metrics;
    memory_budget budget{"tests", small_limits(), metrics};
    int granted = 0;

    std::unique_ptr<memory_reservation> of(const std::string& group, const std::string& member) {
        auto made = std::make_unique<memory_reservation>(budget);
        made->set_owner({group, member});
        return made;
    }

    outcome grow(memory_reservation& one, std::size_t bytes) {
        return one.grow_to(bytes, [this] { ++granted; });
    }

    std::unique_ptr<memory_reservation> holding(
            const std::string& group, const std::string& member, std::size_t bytes) {
        auto made = of(group, member);
        EXPECT_EQ(grow(*made, bytes), outcome::granted);
        return made;
    }

    std::unique_ptr<memory_reservation> waiting_for(
            const std::string& group, const std::string& member, std::size_t bytes) {
        auto made = of(group, member);
        EXPECT_EQ(grow(*made, bytes), outcome::waiting);
        return made;
    }

    std::uint64_t refused(std::string_view reason) {
        return metrics.counter_of("scimd_memory_refused_total", "", {{"of", "tests"}, {"reason", reason}})
                .value();
    }
};

TEST_F(memory_budget_test, releases_the_memory_of_a_reservation) {
    {
        const auto one = holding("g", "m", 30);
        EXPECT_EQ(grow(*one, 40), outcome::granted);
        EXPECT_EQ(grow(*one, 20), outcome::granted);
        EXPECT_EQ(one->bytes(), 40U);
        EXPECT_EQ(budget.reserved_bytes(), 40U);
    }
    EXPECT_EQ(budget.reserved_bytes(), 0U);
    EXPECT_EQ(metrics.gauge_of("scimd_memory_reserved_bytes", "", {{"of", "tests"}}).value(), 0);
    EXPECT_EQ(granted, 0);
}

TEST_F(memory_budget_test, grants_a_member_its_share) {
    const auto first = holding("g", "m", 20);
    const auto second = of("g", "m");
    EXPECT_EQ(second->grow_now(21), outcome::share_beyond);
    EXPECT_EQ(grow(*second, 20), outcome::granted);
    const auto third = holding("g", "n", 20);
    EXPECT_EQ(refused("share"), 1U);
}

TEST_F(memory_budget_test, grants_a_group_its_share) {
    const auto first = holding("g", "m", 40);
    const auto second = of("g", "n");
    EXPECT_EQ(second->grow_now(21), outcome::share_beyond);
    EXPECT_EQ(grow(*second, 20), outcome::granted);
}

TEST_F(memory_budget_test, grants_the_only_large_request_of_an_owner_more_than_its_share) {
    const auto first = of("g", "m");
    EXPECT_EQ(grow(*first, 91), outcome::request_beyond);
    EXPECT_EQ(grow(*first, 50), outcome::granted);
    EXPECT_EQ(grow(*first, 90), outcome::granted);
    const auto second = of("g", "m");
    EXPECT_EQ(second->grow_now(6), outcome::share_beyond);
    EXPECT_EQ(grow(*second, 5), outcome::granted);
    EXPECT_EQ(refused("request"), 1U);

    const auto small = holding("h", "n", 5);
    const auto large = of("h", "n");
    const auto wait = grow(*large, 90);
    EXPECT_EQ(wait, outcome::waiting);
    EXPECT_EQ(large->stop_waiting(), outcome::total_beyond)
            << "it is not its own small request that it waits for";
}

TEST_F(memory_budget_test, grants_small_requests_next_to_large_ones_of_an_owner) {
    const auto large = holding("g", "m", 40);
    const auto first = of("g", "m");
    const auto second = of("g", "m");
    EXPECT_EQ(first->grow_now(6), outcome::share_beyond);
    EXPECT_EQ(grow(*first, 5), outcome::granted);
    EXPECT_EQ(second->grow_now(1), outcome::share_beyond);
}

TEST_F(memory_budget_test, keeps_memory_for_small_requests) {
    const auto large = holding("g", "m", 90);
    const auto small = holding("h", "n", 5);
    const auto not_small = waiting_for("i", "o", 6);
}

TEST_F(memory_budget_test, grants_in_the_order_of_arrival) {
    auto holder = holding("g", "m", 90);
    const auto first = waiting_for("h", "n", 60);
    const auto second = waiting_for("i", "o", 6);
    EXPECT_TRUE(first->is_waiting());

    holder.reset();
    EXPECT_EQ(granted, 2);
    EXPECT_FALSE(first->is_waiting());
    EXPECT_EQ(first->stop_waiting(), outcome::granted);
    EXPECT_EQ(first->bytes(), 60U);
    EXPECT_EQ(budget.reserved_bytes(), 66U);
}

TEST_F(memory_budget_test, lets_no_request_pass_the_first_in_the_queue) {
    auto holder = holding("g", "m", 50);
    auto other = holding("h", "n", 40);
    const auto large = waiting_for("i", "o", 60);
    const auto behind = waiting_for("j", "p", 6);
    other.reset();
    EXPECT_EQ(granted, 0);

    EXPECT_EQ(large->stop_waiting(), outcome::total_beyond);
    EXPECT_EQ(granted, 1);
    EXPECT_EQ(behind->bytes(), 6U);
    EXPECT_EQ(large->bytes(), 0U);
    EXPECT_EQ(refused("total"), 1U);
}

TEST_F(memory_budget_test, lets_a_request_wait_for_its_owners_share) {
    auto holder = holding("g", "m", 40);
    const auto second = waiting_for("g", "m", 30);
    const auto third = waiting_for("g", "m", 10);
    holder.reset();
    EXPECT_EQ(granted, 2);
    EXPECT_EQ(second->bytes(), 30U);
    EXPECT_EQ(third->bytes(), 10U);
    EXPECT_EQ(refused("share"), 0U);
}

TEST_F(memory_budget_test, lets_others_pass_one_that_waits_for_its_owners_share) {
    auto holder = holding("g", "m", 40);
    const auto waiting = waiting_for("g", "m", 20);
    const auto of_group = holding("g", "n", 20);
    const auto other = holding("h", "o", 20);
    EXPECT_EQ(other->grow_now(25), outcome::granted);
    const auto behind = waiting_for("g", "m", 6);

    holder->release();
    EXPECT_EQ(granted, 2);
    EXPECT_EQ(grow(*holder, 15), outcome::waiting);
    EXPECT_EQ(holder->stop_waiting(), outcome::share_beyond);
    EXPECT_EQ(refused("share"), 1U);
}

TEST_F(memory_budget_test, keeps_the_order_of_one_owner) {
    auto holder = holding("g", "m", 20);
    const auto large = waiting_for("g", "m", 30);
    const auto fitting = of("g", "m");
    EXPECT_EQ(grow(*fitting, 20), outcome::waiting) << "or the large one would wait for ever";
    EXPECT_EQ(large->stop_waiting(), outcome::share_beyond);
    EXPECT_EQ(granted, 1);
    EXPECT_EQ(fitting->bytes(), 20U);
}

// Two such requests would wait for the memory that the other one holds (deadlock).
TEST_F(memory_budget_test, refuses_to_wait_for_a_share_while_holding_memory) {
    auto first = holding("g", "m", 15);
    auto second = holding("g", "m", 15);
    auto third = waiting_for("g", "m", 30);
    EXPECT_EQ(grow(*first, 26), outcome::share_beyond);
    EXPECT_EQ(grow(*first, 25), outcome::granted) << "it does not stand behind one that waits for it";
    EXPECT_EQ(first->bytes(), 25U);
    first.reset();
    second.reset();
    EXPECT_EQ(granted, 1);
}

TEST_F(memory_budget_test, limits_the_waiting_requests_of_a_member_and_of_a_group) {
    const auto holder = holding("z", "z", 90);
    const auto first = waiting_for("g", "m", 6);
    const auto second = waiting_for("g", "m", 6);
    const auto third = of("g", "m");
    EXPECT_EQ(grow(*third, 6), outcome::share_beyond) << "of the member";
    const auto fourth = waiting_for("g", "n", 6);
    const auto fifth = of("g", "o");
    EXPECT_EQ(grow(*fifth, 6), outcome::share_beyond) << "of the group";
    EXPECT_EQ(refused("share"), 2U);
    EXPECT_EQ(first->stop_waiting(), outcome::total_beyond);
    EXPECT_EQ(grow(*third, 6), outcome::waiting);
}

TEST_F(memory_budget_test, limits_the_bytes_for_which_a_member_waits) {
    const auto holder = holding("z", "z", 90);
    const auto first = waiting_for("g", "m", 60);
    const auto second = of("g", "m");
    EXPECT_EQ(grow(*second, 21), outcome::share_beyond);
    EXPECT_EQ(grow(*second, 20), outcome::waiting);
    const auto alone = of("h", "n");
    EXPECT_EQ(grow(*alone, 90), outcome::waiting) << "one may wait, whatever it asks for";
}

TEST_F(memory_budget_test, has_a_queue_of_bounded_length) {
    const auto holder = holding("g", "m", 90);
    std::vector<std::unique_ptr<memory_reservation>> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(of("h" + std::to_string(i), "n" + std::to_string(i)));
        EXPECT_EQ(grow(*waiting.back(), 6), outcome::waiting);
    }
    const auto last = of("z", "z");
    EXPECT_EQ(grow(*last, 6), outcome::total_beyond);
    EXPECT_EQ(grow(*last, 5), outcome::granted);
    EXPECT_EQ(metrics.gauge_of("scimd_memory_waiting", "", {{"of", "tests"}}).value(), 5);
    waiting.clear();
    EXPECT_EQ(metrics.gauge_of("scimd_memory_waiting", "", {{"of", "tests"}}).value(), 0);
    EXPECT_EQ(grow(*last, 7), outcome::waiting);
}

TEST_F(memory_budget_test, counts_allocated_memory_beyond_the_limits) {
    auto holder = of("g", "m");
    holder->force_to(1'000);
    EXPECT_EQ(budget.reserved_bytes(), 1'000U);
    const auto other = waiting_for("h", "n", 1);
    holder.reset();
    EXPECT_EQ(granted, 1);
    EXPECT_EQ(budget.reserved_bytes(), 1U);
}

// A small request that becomes large no longer counts against its owner's room for small ones.
TEST_F(memory_budget_test, grants_a_small_request_when_another_of_its_owner_has_become_large) {
    const auto large = holding("g", "m", 40);
    const auto first = holding("g", "m", 5);
    const auto second = waiting_for("g", "m", 1);
    first->force_to(6);
    EXPECT_EQ(granted, 1);
    EXPECT_EQ(second->bytes(), 1U);
    EXPECT_EQ(budget.reserved_bytes(), 47U);
}

TEST_F(memory_budget_test, does_not_wait_when_it_must_not) {
    const auto holder = of("g", "m");
    EXPECT_EQ(holder->grow_now(90), outcome::granted);
    const auto other = of("h", "n");
    EXPECT_EQ(other->grow_now(6), outcome::total_beyond);
    EXPECT_FALSE(other->is_waiting());
    EXPECT_EQ(other->grow_now(5), outcome::granted);
}

TEST_F(memory_budget_test, counts_unlimited_requests_and_grants_them) {
    const auto unlimited = of("g", "m");
    unlimited->set_unlimited();
    EXPECT_EQ(grow(*unlimited, 1'000), outcome::granted);
    EXPECT_EQ(budget.reserved_bytes(), 1'000U);
    const auto other = waiting_for("h", "n", 1);
}

TEST_F(memory_budget_test, stays_exact_with_many_threads) {
    std::vector<std::thread> threads;
    std::atomic<int> beyond = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([this, i, &beyond] {
            for (int round = 0; round < 2'000; ++round) {
                const auto one = of("g" + std::to_string(i), "m" + std::to_string(i));
                if (one->grow_to(30, [] {}) == outcome::waiting && round % 2 == 0)
                    one->stop_waiting();
                if (budget.reserved_bytes() > 100)
                    ++beyond;
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(beyond, 0);
    EXPECT_EQ(budget.reserved_bytes(), 0U);
    EXPECT_EQ(metrics.gauge_of("scimd_memory_waiting", "", {{"of", "tests"}}).value(), 0);
}

}  // namespace
}  // namespace scimd::net
