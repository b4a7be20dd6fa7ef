#include "scim/messages/query.hpp"

#include "sample_types.hpp"

#include <gtest/gtest.h>

namespace scimd::scim {
namespace {

const resource_type* const user_alone[] = {&samples::user()};

result<list_query> asked(const parameters& given) {
    const auto read = read_parameters(given);
    return read ? resolve(*read, user_alone) : read.error();
}

list_query query(const parameters& given) {
    const auto parsed = asked(given);
    EXPECT_TRUE(parsed) << parsed.error().detail;
    return parsed ? *parsed : list_query{};
}

type_query user_query(const parameters& given) {
    const auto made = query(given);
    EXPECT_EQ(made.parts.size(), 1U);
    return made.parts.empty() ? type_query{} : made.parts.front();
}

error query_refusal(const parameters& given) {
    const auto parsed = asked(given);
    EXPECT_FALSE(parsed);
    return parsed ? error{} : parsed.error();
}

TEST(query, without_parameters_is_the_first_page_of_all) {
    const list_query made = query({});
    EXPECT_FALSE(made.is_sorted());
    EXPECT_EQ(made.order, sort_order::ascending);
    EXPECT_FALSE(made.page.start_index);
    EXPECT_EQ(made.page.count, page_size_default);
    EXPECT_FALSE(made.page.cursor);
    const auto part = user_query({});
    EXPECT_EQ(part.type, user_alone[0]);
    EXPECT_FALSE(part.where);
    EXPECT_FALSE(part.sort_by);
    EXPECT_TRUE(part.wanted.is_default());
}

TEST(query, reads_all_parameters_in_any_case) {
    const parameters given = {
            {"FILTER", R"(userName sw "b")"},
            {"sortby", "name.familyName"},
            {"SortOrder", "Descending"},
            {"startindex", "11"},
            {"Count", "5"},
            {"ATTRIBUTES", "userName,name"},
            {"excludedattributes", "name.givenName"},
            {"aadOptscim062020", ""},
    };
    const list_query made = query(given);
    EXPECT_TRUE(made.is_sorted());
    EXPECT_EQ(made.order, sort_order::descending);
    EXPECT_EQ(made.page.start_index, 11U);
    EXPECT_EQ(made.page.count, 5U);
    const auto part = user_query(given);
    ASSERT_TRUE(part.where);
    EXPECT_EQ(to_text(*part.where), R"(userName sw "b")");
    ASSERT_TRUE(part.sort_by);
    EXPECT_EQ(to_text(*part.sort_by), "name.familyName");
    EXPECT_EQ(part.wanted.attributes.size(), 2U);
    EXPECT_EQ(part.wanted.excluded.size(), 1U);
}

// RFC 7644 §3.4.2.4.
TEST(query, page_parameters_are_clamped) {
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
        EXPECT_EQ(
                query({{"startIndex", std::string(row.text)}}).page.start_index.value_or(1), row.start_index)
                << row.text;
        EXPECT_EQ(query({{"count", std::string(row.text)}}).page.count, row.count) << row.text;
    }
}

TEST(query, page_parameters_must_be_integers) {
    for (const std::string text : {"x", "1x", "1.5", "1e2", "0x1", "--1", "1 2", "-"}) {
        EXPECT_EQ(query_refusal({{"startIndex", text}}),
                (error{errc::invalid_value, "startIndex must be an integer, not '" + text + "'."}));
        EXPECT_EQ(query_refusal({{"count", text}}).code, errc::invalid_value) << text;
    }
}

TEST(query, order_is_by_one_simple_attribute) {
    EXPECT_EQ(to_text(*user_query({{"sortBy", "EMAILS"}}).sort_by), "emails.value");
    EXPECT_EQ(to_text(*user_query({{"sortBy", "meta.created"}}).sort_by), "meta.created");
    EXPECT_FALSE(query({{"sortBy", ""}, {"sortOrder", ""}}).is_sorted());
    EXPECT_EQ(query_refusal({{"sortBy", "nope"}}).code, errc::invalid_path);
    EXPECT_EQ(query_refusal({{"sortBy", "nope"}}).detail, "sortBy: There is no attribute 'nope'.");
    EXPECT_EQ(query_refusal({{"sortBy", "name"}}).detail, "sortBy must name a sub-attribute of 'name'.");
    EXPECT_EQ(query_refusal({{"sortBy", "password"}}).detail, "sortBy cannot be 'password'.");
    EXPECT_EQ(query_refusal({{"sortOrder", "up"}}).code, errc::invalid_value);
    EXPECT_EQ(query({{"sortOrder", "ASCENDING"}}).order, sort_order::ascending);
}

TEST(query, filter_must_not_be_empty) {
    EXPECT_EQ(query_refusal({{"filter", "userName"}}).code, errc::invalid_filter);
    EXPECT_EQ(query_refusal({{"filter", ""}}).code, errc::invalid_filter);
}

TEST(query, the_first_of_duplicate_parameters_counts) {
    EXPECT_EQ(query({{"count", "1"}, {"COUNT", "2"}}).page.count, 1U);
}

// RFC 9865 §2.
TEST(query, uses_cursor_pagination_if_a_cursor_is_given) {
    EXPECT_EQ(query({{"cursor", ""}}).page.cursor, "");
    EXPECT_EQ(query({{"Cursor", " abc "}, {"count", "-3"}}).page.cursor, "abc");
    EXPECT_EQ(query({{"cursor", ""}, {"count", "-3"}}).page.count, 0U);
    EXPECT_EQ(query_refusal({{"cursor", ""}, {"count", "ten"}}),
            (error{errc::invalid_count, "count must be an integer, not 'ten'."}));
    EXPECT_EQ(query_refusal({{"startIndex", "1"}, {"cursor", ""}}),
            (error{errc::invalid_value, "startIndex and cursor are two ways to page: send one of them."}));
}

TEST(query, has_an_identity_of_results_and_order) {
    const parameters given = {{"filter", "title pr"}, {"sortBy", "title"}, {"count", "5"}};
    const auto identity = query(given).identity;
    const parameters same[] = {
            {{"filter", "title pr"}, {"sortBy", "title"}, {"count", "9"}, {"sortOrder", "ascending"}},
            {{"attributes", "title"}, {"filter", "title pr"}, {"sortBy", "title"}, {"cursor", "abc"}},
    };
    for (const auto& each : same)
        EXPECT_EQ(query(each).identity, identity);
    const parameters others[] = {
            {{"filter", "title pr"}},
            {{"sortBy", "title"}},
            {{"filter", "title pr"}, {"sortBy", "userName"}},
            {{"filter", "title pr"}, {"sortBy", "title"}, {"sortOrder", "descending"}},
            {{"filter", "not (title pr)"}, {"sortBy", "title"}},
    };
    for (const auto& each : others)
        EXPECT_NE(query(each).identity, identity);
}

TEST(query, over_several_types_reads_missing_attributes_as_unassigned) {
    const resource_type* const both[] = {&samples::user(), &samples::group()};
    const auto resolved = [&](const parameters& given) { return resolve(*read_parameters(given), both); };
    const auto made = resolved({{"filter", R"(userName eq "x")"}, {"sortBy", "userName"}}).value();
    ASSERT_EQ(made.parts.size(), 2U);
    EXPECT_TRUE(belongs(*made.parts[0].sort_by, samples::user()));
    EXPECT_FALSE(belongs(*made.parts[1].sort_by, samples::group()));
    EXPECT_EQ(made.parts[0].where, made.parts[1].where);
    EXPECT_NE(made.identity, query({{"filter", R"(userName eq "x")"}, {"sortBy", "userName"}}).identity);

    EXPECT_EQ(resolved({{"filter", "nobodys pr"}}).error().code, errc::invalid_filter);
    EXPECT_EQ(resolved({{"sortBy", "nobodys"}}).error().code, errc::invalid_path);
    // Each type uses its own attribute of that name.
    const auto named = resolved({{"filter", "displayName pr"}}).value();
    EXPECT_NE(named.parts[0].where, named.parts[1].where);
}

}  // namespace
}  // namespace scimd::scim
