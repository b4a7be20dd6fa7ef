#include "net/http/body_pace.hpp"

#include <gtest/gtest.h>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

constexpr body_pace::time_point time_zero{};

limits usual()
{
    limits bounds;
    bounds.body_deadline = 60s;
    bounds.body_window = 10s;
    bounds.body_bytes_per_second_min = 1'024;
    return bounds;
}

TEST(body_pace, asks_for_some_bytes_in_each_window)
{
    body_pace pace(usual(), std::nullopt, time_zero);
    EXPECT_EQ(pace.window_bytes_min(), 10'240U);
    EXPECT_EQ(pace.deadline(), time_zero + 10s);

    pace.receive(10'239, time_zero + 3s);
    EXPECT_EQ(pace.deadline(), time_zero + 10s);
    pace.receive(1, time_zero + 9s);
    EXPECT_EQ(pace.deadline(), time_zero + 19s);
}

TEST(body_pace, of_a_burst_earns_one_window)
{
    body_pace pace(usual(), std::nullopt, time_zero);
    pace.receive(10'000'000, time_zero + 1s);
    EXPECT_EQ(pace.deadline(), time_zero + 11s);
    pace.receive(10'000, time_zero + 2s);
    EXPECT_EQ(pace.deadline(), time_zero + 11s);
}

TEST(body_pace, has_a_hard_end)
{
    body_pace pace(usual(), std::nullopt, time_zero);
    for (auto now = time_zero; now < time_zero + 60s; now += 1s)
        pace.receive(1'000'000, now);
    EXPECT_EQ(pace.deadline(), time_zero + 60s);
}

TEST(body_pace, of_an_announced_length_is_half_of_what_it_needs_to_be_in_time)
{
    struct row {
        std::uint64_t length;
        std::uint64_t window_bytes_min;
    };
    const row rows[] = {
        {0, 10'240}, {100, 10'240}, {122'880, 10'240}, {122'892, 10'241}, {12'000'000, 1'000'000}
    };
    for (const auto& [length, window_bytes_min] : rows)
        EXPECT_EQ(body_pace(usual(), length, time_zero).window_bytes_min(), window_bytes_min) << length;
}

TEST(body_pace, is_never_satisfied_by_nothing)
{
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
