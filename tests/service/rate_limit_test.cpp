#include "service/limits/rate_limit.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

using namespace std::chrono_literals;

constexpr time_point noon{1'700'000'000s};

TEST(rate_limit, a_burst_is_admitted_and_the_next_request_refused) {
    rate_limiter tested({.per_second = 10, .burst = 5});
    for (std::int64_t i = 1; i <= 5; ++i) {
        const auto standing = tested.take({1}, noon);
        EXPECT_FALSE(standing.is_over) << i;
        EXPECT_EQ(standing.limit, 5);
        EXPECT_EQ(standing.remaining, 5 - i);
        EXPECT_EQ(standing.reset, 1s);
    }
    const auto refused = tested.take({1}, noon);
    EXPECT_TRUE(refused.is_over);
    EXPECT_EQ(refused.remaining, 0);
    EXPECT_EQ(refused.retry_after, 1s);
}

TEST(rate_limit, refused_requests_do_not_count) {
    rate_limiter tested({.per_second = 10, .burst = 1});
    tested.take({1}, noon);
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(tested.take({1}, noon + 99ms).is_over);
    EXPECT_FALSE(tested.take({1}, noon + 100ms).is_over);
}

TEST(rate_limit, a_refusal_says_how_long_to_wait) {
    rate_limiter tested({.per_second = 1, .burst = 30});
    for (int i = 0; i < 30; ++i)
        EXPECT_FALSE(tested.take({1}, noon).is_over);
    const auto refused = tested.take({1}, noon + 200ms);
    EXPECT_TRUE(refused.is_over);
    EXPECT_EQ(refused.retry_after, 1s);
    EXPECT_EQ(refused.reset, 30s);
    EXPECT_FALSE(tested.take({1}, noon + 1s).is_over);
}

TEST(rate_limit, the_sustained_rate_is_always_admitted) {
    rate_limiter tested({.per_second = 200, .burst = 10});
    for (int i = 0; i < 10'000; ++i)
        ASSERT_FALSE(tested.take({1}, noon + i * 5ms).is_over) << i;
}

TEST(rate_limit, each_directory_has_its_own_limit) {
    rate_limiter tested({.per_second = 1, .burst = 1});
    EXPECT_FALSE(tested.take({1}, noon).is_over);
    EXPECT_TRUE(tested.take({1}, noon).is_over);
    EXPECT_FALSE(tested.take({2}, noon).is_over);
}

TEST(rate_limit, a_clock_that_is_set_back_does_not_refuse_for_long) {
    rate_limiter tested({.per_second = 10, .burst = 2});
    tested.take({1}, noon);
    EXPECT_TRUE(tested.take({1}, noon - 1h).is_over);
    EXPECT_FALSE(tested.take({1}, noon - 1h + 100ms).is_over);
}

TEST(rate_limit, full_buckets_are_removed_from_memory) {
    rate_limiter tested({.per_second = 10, .burst = 5});
    for (std::int64_t i = 0; i < 100'000; ++i)
        tested.take({i}, noon + i * 1ms);
    EXPECT_LE(tested.known(), 1'025U);
}

}  // namespace
}  // namespace scimd::service
