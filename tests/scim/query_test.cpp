#include "scim/query.hpp"

#include "sample_types.hpp"

#include <gtest/gtest.h>

namespace scimd::scim {
namespace {

list_query query(const parameters& given)
{
    const auto parsed = parse_query(given, samples::user());
    EXPECT_TRUE(parsed) << parsed.error().detail;
    return parsed ? *parsed : list_query{};
}

error refusal(const parameters& given)
{
    const auto parsed = parse_query(given, samples::user());
    EXPECT_FALSE(parsed);
    return parsed ? error{} : parsed.error();
}

TEST(query, without_parameters_is_the_first_page_of_all)
{
    const list_query made = query({});
    EXPECT_FALSE(made.where);
    EXPECT_FALSE(made.sort_by);
    EXPECT_EQ(made.order, sort_order::ascending);
    EXPECT_EQ(made.start_index, 1U);
    EXPECT_EQ(made.count, page_size_default);
    EXPECT_TRUE(made.wanted.is_default());
}

TEST(query, reads_all_parameters_whatever_their_case)
{
    const list_query made = query({
        {"FILTER", R"(userName sw "b")"},
        {"sortby", "name.familyName"},
        {"SortOrder", "Descending"},
        {"startindex", "11"},
        {"Count", "5"},
        {"ATTRIBUTES", "userName,name"},
        {"excludedattributes", "name.givenName"},
        {"aadOptscim062020", ""},
    });
    ASSERT_TRUE(made.where);
    EXPECT_EQ(to_text(*made.where), R"(userName sw "b")");
    ASSERT_TRUE(made.sort_by);
    EXPECT_EQ(to_text(*made.sort_by), "name.familyName");
    EXPECT_EQ(made.order, sort_order::descending);
    EXPECT_EQ(made.start_index, 11U);
    EXPECT_EQ(made.count, 5U);
    EXPECT_EQ(made.wanted.attributes.size(), 2U);
    EXPECT_EQ(made.wanted.excluded.size(), 1U);
}

// RFC 7644 §3.4.2.4.
TEST(query, page_parameters_are_brought_into_range)
{
    const struct {
        std::string_view text;
        std::uint64_t start_index;
        std::size_t count;
    } rows[] = {
        {"2", 2, 2},
        {"1", 1, 1},
        {"0", 1, 0},
        {"-1", 1, 0},
        {"999", 999, 999},
        {"1000", 1'000, 1'000},
        {"1001", 1'001, 1'000},
        {"9223372036854775807", 9'223'372'036'854'775'807U, 1'000},
        {"99999999999999999999", 9'223'372'036'854'775'807U, 1'000},
        {"-99999999999999999999", 1, 0},
        {" 7 ", 7, 7},
        {"", 1, page_size_default},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(query({{"startIndex", std::string(row.text)}}).start_index, row.start_index) << row.text;
        EXPECT_EQ(query({{"count", std::string(row.text)}}).count, row.count) << row.text;
    }
}

TEST(query, page_parameters_must_be_integers)
{
    for (const std::string text : {"x", "1x", "1.5", "1e2", "0x1", "--1", "1 2", "-"}) {
        EXPECT_EQ(
            refusal({{"startIndex", text}}),
            (error{errc::invalid_value, "startIndex must be an integer, not '" + text + "'."})
        );
        EXPECT_EQ(refusal({{"count", text}}).code, errc::invalid_value) << text;
    }
}

TEST(query, order_is_by_one_simple_attribute)
{
    EXPECT_EQ(to_text(*query({{"sortBy", "EMAILS"}}).sort_by), "emails.value");
    EXPECT_EQ(to_text(*query({{"sortBy", "meta.created"}}).sort_by), "meta.created");
    EXPECT_FALSE(query({{"sortBy", ""}, {"sortOrder", ""}}).sort_by);
    EXPECT_EQ(refusal({{"sortBy", "nope"}}).code, errc::invalid_path);
    EXPECT_EQ(refusal({{"sortBy", "nope"}}).detail, "sortBy: There is no attribute 'nope'.");
    EXPECT_EQ(refusal({{"sortBy", "name"}}).detail, "sortBy must name a sub-attribute of 'name'.");
    EXPECT_EQ(refusal({{"sortBy", "password"}}).detail, "sortBy cannot be 'password'.");
    EXPECT_EQ(refusal({{"sortOrder", "up"}}).code, errc::invalid_value);
    EXPECT_EQ(query({{"sortOrder", "ASCENDING"}}).order, sort_order::ascending);
}

TEST(query, filter_must_be_one)
{
    EXPECT_EQ(refusal({{"filter", "userName"}}).code, errc::invalid_filter);
    EXPECT_EQ(refusal({{"filter", ""}}).code, errc::invalid_filter);
}

TEST(query, first_of_two_equal_parameters_holds)
{
    EXPECT_EQ(query({{"count", "1"}, {"COUNT", "2"}}).count, 1U);
}

}  // namespace
}  // namespace scimd::scim
