#include "app/descriptors.hpp"

#include <gtest/gtest.h>

namespace scimd::app {
namespace {

descriptor_needs wanting(std::size_t connections) {
    return {.connections = connections, .listeners = 2};
}

TEST(descriptors_test, a_high_limit_allows_all_wanted_connections) {
    const auto plan = plan_descriptors(1'048'576, wanting(4'096));
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->connections, 4'096U);
    EXPECT_EQ(plan->reserved, 140U + 20U + 2U + 640U);
}

TEST(descriptors_test, one_file_below_the_need_costs_one_connection) {
    const std::size_t needed = 4'096 + 140 + 20 + 2 + 640;
    EXPECT_EQ(plan_descriptors(needed, wanting(4'096))->connections, 4'096U);
    EXPECT_EQ(plan_descriptors(needed - 1, wanting(4'096))->connections, 4'095U);
}

TEST(descriptors_test, a_usual_limit_lowers_the_connections) {
    const auto plan = plan_descriptors(1'024, wanting(4'096));
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->connections, 647U);
    EXPECT_EQ(plan->connections + plan->reserved, 1'024U);
}

TEST(descriptors_test, too_low_a_limit_is_an_error_with_the_numbers) {
    EXPECT_EQ(plan_descriptors(247, wanting(4'096))->connections, 64U);
    const auto plan = plan_descriptors(246, wanting(4'096));
    ASSERT_TRUE(plan.has_error());
    EXPECT_EQ(plan.error().detail,
            "The limit of open files is 246, which leaves room for 63 connections beside 183 other files; at "
            "least"
            " 64 are needed. Raise it to 247 or more (ulimit -n, LimitNOFILE).");
    EXPECT_TRUE(plan_descriptors(0, wanting(4'096)).has_error());
}

TEST(descriptors_test, few_wanted_connections_fit_a_low_limit) {
    EXPECT_EQ(plan_descriptors(200, wanting(8))->connections, 8U);
    EXPECT_TRUE(plan_descriptors(170, wanting(8)).has_error());
}

}  // namespace
}  // namespace scimd::app
