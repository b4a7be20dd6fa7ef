#include "service/auth/login_rate_limit.hpp"

#include "support/fixed_random.hpp"
#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace scimd::service {
namespace {

using namespace std::chrono_literals;

class login_rate_limit_test : public testing::Test {
protected:
    int tries_until_refused(const std::string& name) {
        int tries = 0;
        for (; tries < 100 && login_limits.may_try(name, clock.now()); ++tries)
            login_limits.note_failure(name, clock.now());
        return tries;
    }

    test::fixed_random random;
    test::manual_clock clock;
    login_rate_limit login_limits{random};
};

TEST_F(login_rate_limit_test, ten_failures_at_once_are_allowed_then_one_every_six_seconds) {
    EXPECT_EQ(tries_until_refused("a"), failures_at_once);
    clock.advance(failure_interval - 1us);
    EXPECT_EQ(tries_until_refused("a"), 0);
    clock.advance(1us);
    EXPECT_EQ(tries_until_refused("a"), 1);
    clock.advance(3 * failure_interval);
    EXPECT_EQ(tries_until_refused("a"), 3);
    clock.advance(24h);
    EXPECT_EQ(tries_until_refused("a"), failures_at_once) << "more are not saved up";
}

TEST_F(login_rate_limit_test, a_clock_that_was_set_back_refuses_no_one) {
    clock.advance(std::chrono::hours(24 * 365));
    EXPECT_EQ(tries_until_refused("a"), failures_at_once);
    clock.advance(std::chrono::hours(-24 * 365));
    EXPECT_EQ(tries_until_refused("a"), failures_at_once);
    clock.advance(failure_interval);
    EXPECT_EQ(tries_until_refused("a"), 1);
}

TEST_F(login_rate_limit_test, other_names_are_not_limited) {
    tries_until_refused("a");
    EXPECT_EQ(tries_until_refused("b"), failures_at_once);
}

TEST_F(login_rate_limit_test, attempts_without_failure_are_not_counted) {
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(login_limits.may_try("a", clock.now()));
}

TEST_F(login_rate_limit_test, names_collide_differently_in_each_process) {
    test::fixed_random other_random(2);
    login_rate_limit other(other_random);
    const auto collisions_of = [&](login_rate_limit& table) {
        for (int i = 0; i < failures_at_once; ++i)
            table.note_failure("victim", clock.now());
        std::vector<int> found;
        for (int i = 0; i < 500'000 && found.size() < 3; ++i)
            if (!table.may_try(std::to_string(i), clock.now()))
                found.push_back(i);
        return found;
    };
    const auto here = collisions_of(login_limits);
    EXPECT_FALSE(here.empty());
    EXPECT_NE(here, collisions_of(other));
}

TEST_F(login_rate_limit_test, failures_of_many_threads_are_all_counted) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 100; ++j)
                login_limits.note_failure("a", clock.now());
        });
    for (auto& thread : threads)
        thread.join();
    clock.advance((400 - failures_at_once) * failure_interval);
    EXPECT_FALSE(login_limits.may_try("a", clock.now()));
    clock.advance(failure_interval);
    EXPECT_TRUE(login_limits.may_try("a", clock.now()));
}

}  // namespace
}  // namespace scimd::service
