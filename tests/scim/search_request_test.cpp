#include "sample_types.hpp"
#include "scim/messages/query.hpp"

#include <gtest/gtest.h>

namespace scimd::scim {
namespace {

result<list_request> read(std::string_view text) {
    return read_search_request(samples::document(text));
}

TEST(search_request, is_equivalent_to_the_parameters_of_a_url) {
    const auto made = read(R"({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "attributes": ["userName", "name.givenName"], "excludedAttributes": ["emails"],
        "filter": "title pr", "sortBy": "title", "sortOrder": "descending", "startIndex": 11, "count": 5
    })");
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->attributes, "userName,name.givenName");
    EXPECT_EQ(made->excluded_attributes, "emails");
    EXPECT_EQ(made->filter, "title pr");
    EXPECT_EQ(made->sort_by, "title");
    EXPECT_EQ(made->order, sort_order::descending);
    EXPECT_EQ(made->page.start_index, 11U);
    EXPECT_EQ(made->page.count, 5U);
    EXPECT_FALSE(made->page.cursor);
}

TEST(search_request, requires_no_member) {
    for (const auto* text : {"{}", R"({"filter":null,"count":null,"cursor":null,"schemas":null})"}) {
        const auto made = read(text);
        ASSERT_TRUE(made);
        EXPECT_FALSE(made->filter);
        EXPECT_FALSE(made->page.cursor);
        EXPECT_EQ(made->page.count, page_size_default);
    }
}

TEST(search_request, names_are_case_insensitive) {
    const auto made = read(R"({"FILTER": "title pr", "startindex": -5, "Cursor": ""})");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->filter, "title pr");
    EXPECT_EQ(made->page.start_index, 1U);
    EXPECT_EQ(made->page.cursor, "");
}

TEST(search_request, reports_its_errors) {
    const struct {
        std::string_view text;
        error expected;
    } rows[] = {
            {R"({"fitler": "title pr"})", {errc::invalid_syntax, "A SearchRequest has no member 'fitler'."}},
            {R"({"attributes": 1})",
                    {errc::invalid_syntax, "attributes must be an array of attribute names."}},
            {R"({"excludedAttributes": [1]})",
                    {errc::invalid_syntax, "excludedAttributes must be an array of attribute names."}},
            {R"({"filter": ["title pr"]})", {errc::invalid_syntax, "filter must be a string."}},
            {R"({"sortBy": 1})", {errc::invalid_syntax, "sortBy must be a string."}},
            {R"({"sortOrder": true})", {errc::invalid_syntax, "sortOrder must be a string."}},
            {R"({"sortOrder": "up"})",
                    {errc::invalid_value, "sortOrder must be ascending or descending, not 'up'."}},
            {R"({"startIndex": "one"})", {errc::invalid_syntax, "startIndex must be an integer."}},
            {R"({"count": 1.5})", {errc::invalid_syntax, "count must be an integer."}},
            {R"({"count": "one", "cursor": ""})", {errc::invalid_count, "count must be an integer."}},
            {R"({"cursor": 7})", {errc::invalid_syntax, "cursor must be a string."}},
            {R"({"schemas": "x"})", {errc::invalid_syntax,
                                            "schemas must be an array that lists "
                                            "urn:ietf:params:scim:api:messages:2.0:SearchRequest."}},
            {R"({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]})",
                    {errc::invalid_syntax,
                            "schemas must be an array that lists "
                            "urn:ietf:params:scim:api:messages:2.0:SearchRequest."}},
    };
    for (const auto& row : rows) {
        const auto made = read(row.text);
        ASSERT_FALSE(made) << row.text;
        EXPECT_EQ(made.error(), row.expected) << row.text << ": " << made.error().detail;
    }
}

TEST(search_request, accepts_texts_for_numbers_except_in_strict_directories) {
    const struct {
        const char* text;
        const char* refused;
    } rows[] = {
            {R"({"startIndex": " 3 "})", "startIndex must be an integer."},
            {R"({"count": "5"})", "count must be an integer."},
            {R"({"count": ""})", "count must be an integer."},
            {R"({"attributes": "userName,emails"})", "attributes must be an array of attribute names."},
            {R"({"excludedAttributes": "emails"})",
                    "excludedAttributes must be an array of attribute names."},
            {R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:SearchRequest"]})",
                    "schemas must be an array that lists "
                    "urn:ietf:params:scim:api:messages:2.0:SearchRequest."},
    };
    for (const auto& row : rows) {
        EXPECT_TRUE(read(row.text)) << row.text;
        const auto strict = read_search_request(samples::document(row.text), conformance_mode::strict);
        ASSERT_FALSE(strict) << row.text;
        EXPECT_EQ(strict.error().detail, row.refused);
    }
    EXPECT_EQ(read(R"({"startIndex": "3"})")->page.start_index, 3U);
    EXPECT_EQ(read(R"({"count": "5"})")->page.count, 5U);
    EXPECT_EQ(read(R"({"attributes": "userName,emails"})")->attributes, "userName,emails");
}

}  // namespace
}  // namespace scimd::scim
