#include "service/webhooks/webhook_schedule.hpp"

#include <gtest/gtest.h>

#include <random>

namespace scimd::service::webhooks {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

constexpr time_point first_attempt{std::chrono::sys_days(std::chrono::year(2026) / 9 / 19)};

outcome answered(int status) {
    return {.status = status, .is_timeout = false, .retry_after = std::nullopt};
}

outcome timed_out() {
    return {.status = 0, .is_timeout = true, .retry_after = std::nullopt};
}

// The delay after an attempt; empty: no retry follows.
std::optional<microseconds> delay(const attempt& made, const outcome& seen) {
    const auto step = next_step(made, seen, first_attempt);
    const auto* again = std::get_if<retry>(&step);
    return again ? std::optional(again->at - first_attempt) : std::nullopt;
}

TEST(webhook_schedule, only_2xx_is_a_success_and_410_disables_the_endpoint) {
    for (int status = 100; status < 600; ++status) {
        const auto step = next_step({}, answered(status), first_attempt);
        EXPECT_EQ(std::holds_alternative<done>(step), status >= 200 && status < 300) << status;
        EXPECT_EQ(std::holds_alternative<disable_endpoint>(step), status == 410) << status;
        EXPECT_EQ(std::holds_alternative<retry>(step), (status < 200 || status >= 300) && status != 410)
                << status;
    }
}

TEST(webhook_schedule, makes_ten_attempts_in_about_three_days) {
    constexpr std::int64_t seconds_after[] = {5, 300, 1'800, 7'200, 18'000, 36'000, 50'400, 72'000, 86'400};
    constexpr std::uint32_t middle = 1U << 31U;
    int number = 1;
    for (const auto expected : seconds_after)
        EXPECT_EQ(delay({.number = number++, .draw = middle}, answered(500)), seconds(expected));
    EXPECT_EQ(number, 10);
    EXPECT_TRUE(std::holds_alternative<give_up>(next_step({.number = number}, answered(500), first_attempt)));
}

// All attempts of a run fail; each delay is within a fifth of the schedule.
TEST(webhook_schedule, jitter_stays_within_a_fifth_of_the_schedule_over_10_000_runs) {
    std::mt19937 chance(20260919);
    const auto& planned = retry_schedule::standard().delays;
    microseconds least_total = microseconds::max();
    microseconds most_total{};
    for (int run = 0; run < 10'000; ++run) {
        auto now = first_attempt;
        for (int number = 1; number <= 9; ++number) {
            const auto step = next_step(
                    {.number = number, .draw = static_cast<std::uint32_t>(chance())}, answered(503), now);
            const auto at = std::get<retry>(step).at;
            const microseconds base = planned[static_cast<std::size_t>(number - 1)];
            ASSERT_GE(at - now, base * 8 / 10);
            ASSERT_LE(at - now, base * 12 / 10);
            now = at;
        }
        least_total = std::min(least_total, now - first_attempt);
        most_total = std::max(most_total, now - first_attempt);
    }
    EXPECT_GT(least_total, hours(60));
    EXPECT_LT(most_total, hours(92));
    EXPECT_GT(most_total - least_total, hours(5));  // there is jitter
}

TEST(webhook_schedule, honours_retry_after_between_once_and_twice_the_delay) {
    const attempt second{.number = 2};  // 300 s
    auto busy = answered(503);
    const std::pair<std::int64_t, std::int64_t> rows[] = {
            {1, 300}, {300, 300}, {301, 301}, {450, 450}, {600, 600}, {601, 600}, {86'400, 600}};
    for (const auto& [asked, given] : rows) {
        busy.retry_after = seconds(asked);
        EXPECT_EQ(delay(second, busy), seconds(given)) << asked;
    }
}

TEST(webhook_schedule, waits_at_least_a_minute_after_a_timeout_or_a_429) {
    EXPECT_EQ(delay({.number = 1}, timed_out()), seconds(60));
    EXPECT_EQ(delay({.number = 1}, answered(429)), seconds(60));
    EXPECT_LE(delay({.number = 1}, answered(503)), seconds(6));
    EXPECT_GE(delay({.number = 2}, timed_out()), seconds(240));
}

TEST(webhook_schedule, an_own_schedule_has_no_minimum_delay) {
    const retry_schedule own{.delays = {seconds(1), seconds(0)}, .is_own = true};
    EXPECT_LE(delay({.number = 1, .schedule = &own}, timed_out()), microseconds(1'200'000));
    EXPECT_EQ(delay({.number = 2, .schedule = &own}, answered(429)), seconds(0));
    EXPECT_FALSE(delay({.number = 3, .schedule = &own}, answered(500)));
    const retry_schedule none{.delays = {}, .is_own = true};
    EXPECT_TRUE(
            std::holds_alternative<give_up>(next_step({.schedule = &none}, answered(500), first_attempt)));
}

health after_failures(std::int64_t count, seconds apart) {
    health state;
    for (std::int64_t i = 0; i < count; ++i)
        state = health_after(state, answered(500), first_attempt + i * apart);
    return state;
}

TEST(webhook_health, is_hopeless_after_120_hours_of_failures_only) {
    const auto state = after_failures(6, hours(24));
    EXPECT_FALSE(is_hopeless(state, first_attempt + hours(120) - microseconds(1)));
    EXPECT_TRUE(is_hopeless(state, first_attempt + hours(120)));
    EXPECT_EQ(health_after(state, answered(204), first_attempt + hours(120)), health());
}

TEST(webhook_health, is_not_hopeless_for_a_few_failures) {
    EXPECT_FALSE(is_hopeless(after_failures(4, hours(29)), first_attempt + hours(200)));
    EXPECT_FALSE(is_hopeless({}, first_attempt));
}

TEST(webhook_health, starts_a_new_series_of_failures_after_a_long_pause) {
    auto state = after_failures(6, hours(1));
    const auto within = first_attempt + hours(5) + failure_gap_max;
    EXPECT_EQ(health_after(state, answered(500), within).failing_since, first_attempt);
    const auto later = within + microseconds(1);
    EXPECT_EQ(health_after(state, answered(500), later).failing_since, later);
    EXPECT_EQ(health_after(state, answered(500), later).failures, 1);
}

}  // namespace
}  // namespace scimd::service::webhooks
