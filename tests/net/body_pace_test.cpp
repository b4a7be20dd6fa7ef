#include "net/http/body_pace.hpp"

#include <gtest/gtest.h>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

constexpr body_pace::time_point time_zero{};

limits usual() {
    limits bounds;
    bounds.body_deadline = 60s;
    bounds.body_window = 10s;
    bounds.body_bytes_per_second_min = 1'024;
    return bounds;
}

TEST(body_pace, requires_a_minimum_of_bytes_in_each_window) {
    body_pace pace(usual(), std::nullopt, time_zero);
    EXPECT_EQ(pace.window_bytes_min(), 10'240U);
    EXPECT_EQ(pace.deadline(), time_zero + 10s);

    pace.receive(10'239, time_zero + 3s);
    EXPECT_EQ(pace.deadline(), time_zero + 10s);
    pace.receive(1, time_zero + 9s);
    EXPECT_EQ(pace.deadline(), time_zero + 19s);
}

TEST(body_pace, counts_a_burst_for_one_window) {
    body_pace pace(usual(), std::nullopt, time_zero);
    pace.receive(10'000'000, time_zero + 1s);
    EXPECT_EQ(pace.deadline(), time_zero + 11s);
    pace.receive(10'000, time_zero + 2s);
    EXPECT_EQ(pace.deadline(), time_zero + 11s);
}

TEST(body_pace, ends_at_the_deadline_of_the_whole_body) {
    body_pace pace(usual(), std::nullopt, time_zero);
    for (auto now = time_zero; now < time_zero + 60s; now += 1s)
        pace.receive(1'000'000, now);
    EXPECT_EQ(pace.deadline(), time_zero + 60s);
}

TEST(body_pace, requires_half_of_the_pace_that_the_announced_length_needs) {
    struct row {
        std::uint64_t length;
        std::uint64_t window_bytes_min;
    };
    const row rows[] = {
            {0, 10'240}, {100, 10'240}, {122'880, 10'240}, {122'892, 10'241}, {12'000'000, 1'000'000}};
    for (const auto& [length, window_bytes_min] : rows)
        EXPECT_EQ(body_pace(usual(), length, time_zero).window_bytes_min(), window_bytes_min) << length;
}

TEST(body_pace, requires_at_least_one_byte) {
    auto bounds = usual();
    bounds.body_bytes_per_second_min = 0;
    body_pace pace(bounds, std::nullopt, time_zero);
    pace.receive(0, time_zero + 5s);
    EXPECT_EQ(pace.deadline(), time_zero + 10s);
    pace.receive(1, time_zero + 6s);
    EXPECT_EQ(pace.deadline(), time_zero + 16s);
}

}  // namespace
}  // namespace scimd::net
