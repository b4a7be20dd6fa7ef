#include "base/id.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <type_traits>

namespace scimd {
namespace {

TEST(snowflake, reads_the_decimal_digits_of_a_positive_number) {
    EXPECT_EQ(parse_snowflake("1"), 1);
    EXPECT_EQ(parse_snowflake("1844674407370955161"), 1'844'674'407'370'955'161);
    EXPECT_EQ(parse_snowflake("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
}

TEST(snowflake, refuses_any_other_notation) {
    for (const std::string_view text : {"", "0", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "a", "1a",
                 "9223372036854775808", "99999999999999999999", "\xd9\xa1"})
        EXPECT_FALSE(parse_snowflake(text)) << text;
    EXPECT_FALSE(parse_snowflake(std::string_view("1\0", 2)));
}

TEST(identifier, is_parsed_from_its_text) {
    const directory_id id{42};
    EXPECT_EQ(id.text(), "dir_42");
    EXPECT_EQ(directory_id::parse("dir_42"), id);
}

TEST(identifier, is_refused_with_another_prefix_or_notation) {
    for (const std::string_view text : {"", "42", "dir_", "dir42", "DIR_42", "Dir_42", "org_42", "dir__42",
                 " dir_42", "dir_42 ", "dir_042", "dir_-42", "dir_0"})
        EXPECT_FALSE(directory_id::parse(text)) << text;
}

TEST(identifier, kinds_do_not_convert_to_each_other) {
    EXPECT_FALSE((std::is_convertible_v<directory_id, organization_id>));
    EXPECT_FALSE((std::is_convertible_v<std::int64_t, organization_id>));
}

}  // namespace
}  // namespace scimd
