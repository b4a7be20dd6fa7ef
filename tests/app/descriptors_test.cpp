#include "app/descriptors.hpp"

#include <gtest/gtest.h>

namespace scimd::app {
namespace {

descriptor_needs wanting(std::size_t connections)
{
    return {.connections = connections, .listeners = 2};
}

TEST(descriptors, of_a_large_limit_leave_all_connections_that_are_wanted)
{
    const auto plan = plan_descriptors(1'048'576, wanting(4'096));
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->connections, 4'096U);
    EXPECT_EQ(plan->reserved, 140U + 20U + 2U + 640U);
}

TEST(descriptors, just_enough_are_enough_and_one_fewer_costs_a_connection)
{
    const std::size_t needed = 4'096 + 140 + 20 + 2 + 640;
    EXPECT_EQ(plan_descriptors(needed, wanting(4'096))->connections, 4'096U);
    EXPECT_EQ(plan_descriptors(needed - 1, wanting(4'096))->connections, 4'095U);
}

TEST(descriptors, of_a_usual_limit_lower_the_connections)
{
    const auto plan = plan_descriptors(1'024, wanting(4'096));
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->connections, 647U);
    EXPECT_EQ(plan->connections + plan->reserved, 1'024U);
}

TEST(descriptors, for_fewer_than_the_least_number_of_connections_are_refused_with_the_numbers)
{
    EXPECT_EQ(plan_descriptors(247, wanting(4'096))->connections, 64U);
    const auto plan = plan_descriptors(246, wanting(4'096));
    ASSERT_TRUE(plan.has_error());
    EXPECT_EQ(
        plan.error().detail,
        "The limit of open files is 246, which leaves room for 63 connections beside 183 other files; at "
        "least"
        " 64 are needed. Raise it to 247 or more (ulimit -n, LimitNOFILE)."
    );
    EXPECT_TRUE(plan_descriptors(0, wanting(4'096)).has_error());
}

TEST(descriptors, for_the_few_connections_that_are_wanted_are_enough)
{
    EXPECT_EQ(plan_descriptors(200, wanting(8))->connections, 8U);
    EXPECT_TRUE(plan_descriptors(170, wanting(8)).has_error());
}

}  // namespace
}  // namespace scimd::app
