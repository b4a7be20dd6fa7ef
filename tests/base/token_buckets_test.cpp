// Tests of reserve(); take() is tested with the rates of directories (tests/service/rate_limit_test.cpp).
#include "base/token_buckets.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace scimd {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds noon = 1'700'000'000s;

TEST(token_buckets, a_token_reserved_in_advance_has_a_wait) {
    token_buckets<std::string> tested({.per_second = 10, .burst = 3});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(tested.reserve("a", noon, 1s), 0ns);
    EXPECT_EQ(tested.reserve("a", noon, 1s), 100ms);
    EXPECT_EQ(tested.reserve("a", noon, 1s), 200ms);
    EXPECT_EQ(tested.reserve("a", noon + 50ms, 1s), 250ms);
    EXPECT_EQ(tested.reserve("b", noon, 1s), 0ns);
}

TEST(token_buckets, no_token_is_reserved_beyond_the_patience) {
    token_buckets<std::string> tested({.per_second = 10, .burst = 1});
    EXPECT_EQ(tested.reserve("a", noon, 200ms), 0ns);
    EXPECT_EQ(tested.reserve("a", noon, 200ms), 100ms);
    EXPECT_EQ(tested.reserve("a", noon, 200ms), 200ms);
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(tested.reserve("a", noon, 200ms));
    EXPECT_EQ(tested.reserve("a", noon + 100ms, 200ms), 200ms);
    EXPECT_TRUE(tested.take("a", noon + 100ms).is_over);
    EXPECT_FALSE(tested.take("a", noon + 400ms).is_over);
}

TEST(token_buckets, a_clock_set_back_causes_no_wait_beyond_the_patience) {
    token_buckets<std::string> tested({.per_second = 10, .burst = 1});
    EXPECT_EQ(tested.reserve("a", noon, 200ms), 0ns);
    EXPECT_FALSE(tested.reserve("a", noon - 1h, 200ms));
    EXPECT_EQ(tested.reserve("a", noon - 1h + 100ms, 200ms), 200ms);
}

}  // namespace
}  // namespace scimd
