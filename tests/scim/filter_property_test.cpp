#include "random_scim.hpp"
#include "sample_types.hpp"
#include "scim/filter/filter.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

namespace scimd::scim {
namespace {

// The tree of "a and (b and c)" keeps its parentheses, so any tree can be printed and parsed again.
TEST(filter_property, a_printed_filter_parses_to_an_equal_one) {
    samples::random_scim random(test::seed());
    int parsed_count = 0;
    for (int i = 0; i < 20'000; ++i) {
        const resource_type& type = i % 2 == 0 ? samples::user() : samples::device();
        const filter condition = random.filter(type);
        const std::string text = to_text(condition);
        const auto parsed = parse_filter(text, type);
        if (!parsed && text.size() > filter_bytes_max)
            continue;
        ASSERT_TRUE(parsed) << text << "\n" << parsed.error().detail;
        ASSERT_EQ(*parsed, condition) << text << "\n" << to_text(*parsed);
        ++parsed_count;
    }
    EXPECT_GT(parsed_count, 19'000);
}

}  // namespace
}  // namespace scimd::scim
