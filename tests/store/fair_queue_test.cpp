#include "store/engine/fair_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace scimd::store {
namespace {

using kind = tenant::kind;
using queue = fair_queue<int>;

tenant customer(std::int64_t organization, std::int64_t directory = 1) {
    return {kind::customer, organization, directory};
}

admission push(queue& into, const tenant& owner, int item = 0, std::size_t bytes = 0) {
    return into.push({owner, bytes}, std::move(item));
}

// Takes the next one, which costs as much as said, and tells whose it was: the organization's number.
std::int64_t serve(queue& from, std::int64_t cost) {
    const auto next = from.take();
    if (!next)
        return -1;
    from.finish(next->owner, cost);
    return next->owner.organization;
}

TEST(fair_queue, an_empty_queue_has_nothing_to_take) {
    queue tested({});
    EXPECT_FALSE(tested.take());
    push(tested, customer(1));
    EXPECT_EQ(serve(tested, 1), 1);
    EXPECT_FALSE(tested.take());
    EXPECT_EQ(tested.size(), 0U);
}

TEST(fair_queue, a_directory_is_served_in_its_own_order) {
    queue tested({});
    for (int i = 0; i < 100; ++i)
        push(tested, customer(1 + i % 3, 1 + i % 2), i);
    std::map<tenant, int> last;
    while (auto next = tested.take()) {
        const auto before = last.try_emplace(next->owner, -1).first;
        EXPECT_LT(before->second, next->item);
        before->second = next->item;
        tested.finish(next->owner, 400);
    }
    EXPECT_EQ(last.size(), 6U);
}

TEST(fair_queue, a_newcomer_waits_for_one_turn_of_each_other_organization) {
    queue tested({.quantum = 1'000});
    for (int i = 0; i < 200; ++i)
        push(tested, customer(1));
    for (int i = 0; i < 200; ++i)
        push(tested, customer(2));
    EXPECT_EQ(serve(tested, 500), 1);
    push(tested, customer(3));
    EXPECT_EQ(serve(tested, 500), 1);  // the rest of the turn
    EXPECT_EQ(serve(tested, 500), 2);
    EXPECT_EQ(serve(tested, 500), 2);
    EXPECT_EQ(serve(tested, 500), 3);
}

TEST(fair_queue, an_organization_gains_nothing_by_many_directories) {
    queue tested({.quantum = 1'000});
    for (int i = 0; i < 300; ++i)
        push(tested, customer(1, 1 + i % 30));
    for (int i = 0; i < 100; ++i)
        push(tested, customer(2));
    int of_second = 0;
    for (int i = 0; i < 100; ++i)
        of_second += serve(tested, 1'000) == 2 ? 1 : 0;
    EXPECT_EQ(of_second, 50);
}

TEST(fair_queue, directories_of_one_organization_take_turns) {
    queue tested({.quantum = 1'000});
    for (int i = 0; i < 100; ++i)
        push(tested, customer(1, 1));
    push(tested, customer(1, 2));
    serve(tested, 1'000);
    const auto next = tested.take();
    EXPECT_EQ(next->owner.directory, 2);
}

// A tenant whose tasks cost ten times as much gets a tenth of the turns.
TEST(fair_queue, the_cost_of_tasks_is_paid_with_later_turns) {
    queue tested({.quantum = 1'000});
    for (int i = 0; i < 200; ++i) {
        push(tested, customer(1));
        push(tested, customer(2));
    }
    std::map<std::int64_t, int> served;
    for (int i = 0; i < 110; ++i) {
        const auto next = tested.take();
        ++served[next->owner.organization];
        tested.finish(next->owner, next->owner.organization == 1 ? 10'000 : 1'000);
    }
    EXPECT_NEAR(served[1], 10, 1);
    EXPECT_NEAR(served[2], 100, 1);
}

// It submits its next task when the previous one is done, and is not in the queue in between.
TEST(fair_queue, a_debt_is_remembered_while_others_wait) {
    queue tested({.quantum = 1'000});
    for (int i = 0; i < 100; ++i)
        push(tested, customer(1));
    push(tested, customer(2));
    std::vector<int> turns_of_second;
    for (int i = 0; i < 60; ++i) {
        const auto next = tested.take();
        const bool is_second = next->owner.organization == 2;
        tested.finish(next->owner, is_second ? 20'000 : 1'000);
        if (is_second) {
            turns_of_second.push_back(i);
            push(tested, customer(2));
        }
    }
    ASSERT_GE(turns_of_second.size(), 3U);
    for (std::size_t i = 1; i < turns_of_second.size(); ++i)
        EXPECT_NEAR(turns_of_second[i] - turns_of_second[i - 1], 20, 2);
}

TEST(fair_queue, kinds_have_weights) {
    queue tested({.quantum = 1'000});
    for (int i = 0; i < 200; ++i) {
        push(tested, {kind::internal, 0, 0});
        push(tested, {kind::operator_, 0, 0});
        push(tested, customer(1));
    }
    std::map<kind, int> served;
    for (int i = 0; i < 140; ++i) {
        const auto next = tested.take();
        ++served[next->owner.of];
        tested.finish(next->owner, 1'000);
    }
    EXPECT_EQ(served[kind::operator_], 80);
    EXPECT_EQ(served[kind::internal], 40);
    EXPECT_EQ(served[kind::customer], 20);
}

TEST(fair_queue, the_operator_goes_first_and_does_not_starve_customers) {
    queue tested({.quantum = 1'000});
    for (int i = 0; i < 10; ++i)
        push(tested, customer(1 + i));
    for (int i = 0; i < 10; ++i)
        push(tested, {kind::operator_, 0, 0});
    std::vector<kind> order;
    for (int i = 0; i < 6; ++i) {
        const auto next = tested.take();
        order.push_back(next->owner.of);
        tested.finish(next->owner, 1'000);
    }
    using enum kind;
    EXPECT_EQ(order, (std::vector{operator_, operator_, operator_, operator_, customer, customer}));
}

TEST(fair_queue, an_organization_alone_may_hold_half_of_the_places) {
    queue tested({.places_max = 64});
    int accepted = 0;
    for (int i = 0; i < 64; ++i)
        accepted += push(tested, customer(1, 1 + i % 4)) == admission::accepted ? 1 : 0;
    EXPECT_EQ(accepted, 32);
    EXPECT_EQ(push(tested, customer(1, 9)), admission::over_share);
    accepted = 0;
    for (int i = 0; i < 64; ++i)
        accepted += push(tested, customer(2, 1 + i % 4)) == admission::accepted ? 1 : 0;
    EXPECT_EQ(accepted, 16);  // as many as are left for the others
    EXPECT_EQ(push(tested, customer(2, 9)), admission::over_share);
    EXPECT_EQ(push(tested, customer(3)), admission::accepted);
}

TEST(fair_queue, a_directory_may_hold_a_quarter_of_the_places) {
    queue tested({.places_max = 64});
    for (int i = 0; i < 16; ++i)
        EXPECT_EQ(push(tested, customer(1, 1)), admission::accepted) << i;
    EXPECT_EQ(push(tested, customer(1, 1)), admission::over_share);
    EXPECT_EQ(push(tested, customer(1, 2)), admission::accepted);
    serve(tested, 1);
    EXPECT_EQ(push(tested, customer(1, 1)), admission::accepted);
}

TEST(fair_queue, the_rest_of_a_partly_committed_task_is_never_rejected) {
    queue tested({.places_max = 4});
    EXPECT_EQ(push(tested, customer(1, 1)), admission::accepted);
    EXPECT_EQ(push(tested, customer(1, 1)), admission::over_share);
    EXPECT_EQ(
            tested.push({.owner = customer(1, 1), .bytes = 1, .is_continued = true}, 0), admission::accepted);
    EXPECT_EQ(push(tested, customer(1, 1)), admission::over_share);
}

TEST(fair_queue, bytes_are_shared_like_places) {
    queue tested({.places_max = 64, .bytes_max = 6'400});
    // The first is taken however large it is.
    EXPECT_EQ(push(tested, customer(1), 0, 5'000), admission::accepted);
    EXPECT_EQ(push(tested, customer(1), 0, 1), admission::over_share);
    EXPECT_EQ(push(tested, customer(1, 2), 0, 1), admission::over_share);
    EXPECT_EQ(push(tested, customer(2), 0, 1'399), admission::accepted);
    EXPECT_EQ(push(tested, customer(3), 0, 1), admission::accepted);
    EXPECT_EQ(tested.bytes(), 6'400U);
    EXPECT_EQ(push(tested, customer(4), 0, 1), admission::full);
    EXPECT_EQ(serve(tested, 1), 1);
    EXPECT_EQ(tested.bytes(), 1'400U);
    EXPECT_EQ(push(tested, customer(4), 0, 1), admission::accepted);
}

TEST(fair_queue, a_directory_may_hold_a_quarter_of_the_bytes) {
    queue tested({.places_max = 64, .bytes_max = 6'400});
    EXPECT_EQ(push(tested, customer(1), 0, 1'599), admission::accepted);
    EXPECT_EQ(push(tested, customer(1), 0, 1), admission::accepted);
    EXPECT_EQ(push(tested, customer(1), 0, 1), admission::over_share);
    EXPECT_EQ(push(tested, customer(1, 2), 0, 1), admission::accepted);
}

TEST(fair_queue, many_organizations_fill_it) {
    queue tested({.places_max = 64});
    int accepted = 0;
    for (std::int64_t i = 0; i < 100; ++i)
        accepted += push(tested, customer(1 + i)) == admission::accepted ? 1 : 0;
    EXPECT_EQ(accepted, 64);
    EXPECT_EQ(push(tested, customer(101)), admission::full);
}

TEST(fair_queue, internal_tasks_and_the_operator_have_separate_limits) {
    queue tested({.places_max = 64});
    for (std::int64_t i = 0; i < 64; ++i)
        push(tested, customer(1 + i));
    for (const auto of : {kind::internal, kind::operator_}) {
        for (int i = 0; i < 64; ++i)
            EXPECT_EQ(push(tested, {of, 0, 0}), admission::accepted);
        EXPECT_EQ(push(tested, {of, 0, 0}), admission::full);
    }
}

TEST(fair_queue, tells_whether_a_task_of_an_organization_may_be_taken) {
    queue tested({.running_max = 2});
    EXPECT_FALSE(tested.may_take_of(customer(1)));
    for (int i = 0; i < 3; ++i)
        push(tested, customer(1));
    EXPECT_TRUE(tested.may_take_of(customer(1)));
    EXPECT_TRUE(tested.may_take_of(customer(1, 2))) << "another directory of it";
    tested.take();
    tested.take();
    EXPECT_FALSE(tested.may_take_of(customer(1))) << "two are running";
    push(tested, customer(2));
    EXPECT_TRUE(tested.may_take_of(customer(2)));
    tested.finish(customer(1), 1);
    EXPECT_TRUE(tested.may_take_of(customer(1)));
}

TEST(fair_queue, limits_the_running_tasks_of_an_organization) {
    queue tested({.running_max = 2});
    for (std::int64_t i = 0; i < 4; ++i)
        push(tested, customer(1, i));
    const auto first = tested.take();
    const auto second = tested.take();
    EXPECT_FALSE(tested.take());
    push(tested, customer(2));
    const auto other = tested.take();
    ASSERT_TRUE(other);
    EXPECT_EQ(other->owner.organization, 2);
    EXPECT_FALSE(tested.take());
    tested.finish(first->owner, 100'000);
    const auto third = tested.take();  // debts do not make it wait while it is alone
    ASSERT_TRUE(third);
    EXPECT_EQ(third->owner.organization, 1);
    EXPECT_FALSE(tested.take());
    for (const auto* one : {&second, &other, &third})
        tested.finish((*one)->owner, 1);
    EXPECT_TRUE(tested.take());
}

TEST(fair_queue, tasks_of_another_directory_count_as_others) {
    queue tested({});
    EXPECT_FALSE(tested.has_others(customer(1)));
    push(tested, customer(1, 1));
    EXPECT_FALSE(tested.has_others(customer(1, 1)));
    EXPECT_TRUE(tested.has_others(customer(1, 2)));
    EXPECT_TRUE(tested.has_others(customer(2)));
    EXPECT_TRUE(tested.has_others({kind::internal, 1, 1}));
}

TEST(fair_queue, idle_tenants_take_no_memory) {
    queue tested({});
    for (std::int64_t i = 0; i < 1'000; ++i) {
        push(tested, customer(1));  // one always waits
        push(tested, customer(2 + i));
        serve(tested, 3'000);
        serve(tested, 3'000);
        EXPECT_LT(tested.known_organizations(), 20U);
    }
    while (tested.size() > 0)
        serve(tested, 3'000);
    EXPECT_EQ(tested.known_organizations(), 0U);
}

// Random tenants, costs and order: no tenant starves, each that always waits gets an equal part of the cost,
// and what is counted agrees with what is in it.
TEST(fair_queue, shares_hold_for_random_tasks) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        std::mt19937 random(seed);
        const auto upto = [&](int most) { return std::uniform_int_distribution(1, most)(random); };
        queue tested({.places_max = 400, .quantum = 1'000});
        std::map<std::int64_t, std::int64_t> cost_of;
        std::map<std::int64_t, int> waits;  // tasks of others taken since it was last served
        std::map<tenant, std::size_t> held;
        const auto fill = [&](std::int64_t organization) {
            const auto owner = customer(organization, upto(3));
            if (held[owner] < 10 && push(tested, owner) == admission::accepted)
                ++held[owner];
        };
        for (int step = 0; step < 10'000; ++step) {
            for (std::int64_t organization = 1; organization <= 4; ++organization) {
                fill(organization);
                fill(organization);
            }
            if (upto(10) == 1)
                fill(4 + upto(20));  // comes and goes
            const auto next = tested.take();
            ASSERT_TRUE(next);
            const auto organization = next->owner.organization;
            --held[next->owner];
            const std::int64_t cost = organization == 1 ? upto(8'000) : upto(2'000);
            tested.finish(next->owner, cost);
            cost_of[organization] += cost;
            for (std::int64_t one = 1; one <= 4; ++one)
                waits[one] = one == organization ? 0 : waits[one] + 1;
            for (std::int64_t one = 1; one <= 4; ++one)
                ASSERT_LT(waits[one], 300) << one;
            std::size_t in_all = 0;
            for (const auto& [owner, count] : held)
                in_all += count;
            ASSERT_EQ(tested.size(), in_all);
        }
        for (std::int64_t one = 2; one <= 4; ++one) {
            const auto part = static_cast<double>(cost_of[one]) / static_cast<double>(cost_of[1]);
            EXPECT_NEAR(part, 1.0, 0.05) << "seed " << seed << ", organization " << one;
        }
        while (tested.size() > 0)
            serve(tested, upto(2'000));
        EXPECT_EQ(tested.known_organizations(), 0U);
    }
}

}  // namespace
}  // namespace scimd::store
