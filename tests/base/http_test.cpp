#include "scimd/http.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scimd::http {
namespace {

std::vector<std::string> rows_of(const fields& headers) {
    std::vector<std::string> rows;
    for (const field& row : headers)
        rows.push_back(row.name + "=" + row.value);
    return rows;
}

TEST(fields, find_the_first_of_a_name_in_any_case) {
    fields headers;
    headers.add("If-Match", "1");
    headers.add("IF-MATCH", "2");
    ASSERT_NE(headers.find("if-match"), nullptr);
    EXPECT_EQ(*headers.find("if-match"), "1");
    EXPECT_EQ(headers.find("if-matc"), nullptr);
    EXPECT_EQ(headers.find("if-match "), nullptr);
}

TEST(fields, count_all_fields_of_a_name) {
    fields headers;
    headers.add("Host", "a");
    headers.add("Accept", "b");
    headers.add("host", "c");
    EXPECT_EQ(headers.count("HOST"), 2U);
    EXPECT_EQ(headers.count("Accept"), 1U);
    EXPECT_EQ(headers.count("Age"), 0U);
}

TEST(fields, set_replaces_all_fields_of_a_name_at_the_position_of_the_first) {
    fields headers;
    headers.add("A", "1");
    headers.add("ETag", "old");
    headers.add("B", "2");
    headers.add("etag", "older");
    headers.set("ETAG", "new");
    EXPECT_EQ(rows_of(headers), (std::vector<std::string>{"A=1", "ETag=new", "B=2"}));
}

TEST(fields, set_adds_a_name_that_is_missing) {
    fields headers;
    headers.add("A", "1");
    headers.set("B", "2");
    EXPECT_EQ(rows_of(headers), (std::vector<std::string>{"A=1", "B=2"}));
}

}  // namespace
}  // namespace scimd::http
