#include "api/target.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using segments = std::vector<std::string>;
using query_pairs = std::vector<std::pair<std::string, std::string>>;

TEST(target_test, paths_are_taken_apart_into_decoded_segments) {
    struct row {
        std::string_view target;
        segments expected;
    };
    const row rows[] = {
            {"/", {}},
            {"/a", {"a"}},
            {"/a/", {"a"}},
            {"/a/b", {"a", "b"}},
            {"/a/b/", {"a", "b"}},
            {"/a%20b", {"a b"}},
            {"/a+b", {"a+b"}},
            {"/%61", {"a"}},
            {"/%c3%BC", {"ü"}},
            {"/ü", {"ü"}},
            {"/a%25b", {"a%b"}},
            {"/a%2525b", {"a%25b"}},
            {"/a%3Fb", {"a?b"}},
            {"/a%23b", {"a#b"}},
            {"/a%3Bb", {"a;b"}},
            {"/a:b", {"a:b"}},
            {"/...", {"..."}},
            {"/.a", {".a"}},
            {"/a.", {"a."}},
            {"/a..b", {"a..b"}},
            {"/.search", {".search"}},
            {"/%09", {"\t"}},
            {"/a&b=c", {"a&b=c"}},
            {"/urn:ietf:params:scim:schemas:core:2.0:User", {"urn:ietf:params:scim:schemas:core:2.0:User"}},
            {"/?", {}},
            {"/a?b//c", {"a"}},
            {"/a?..;/%2f", {"a"}},
    };
    for (const auto& row : rows) {
        const auto parsed = parse_target(row.target);
        ASSERT_TRUE(parsed) << row.target << ": " << parsed.error().detail;
        EXPECT_EQ(parsed->segments, row.expected) << row.target;
    }
}

TEST(target_test, what_a_proxy_could_read_otherwise_is_refused) {
    using namespace std::string_view_literals;
    const std::string_view rows[] = {
            "",
            "a",
            "*",
            "http://x/",
            "?a=b",
            "//",
            "///",
            "//a",
            "/a//b",
            "/a//",
            "/a//?b",
            "/.",
            "/..",
            "/a/.",
            "/a/..",
            "/a/./b",
            "/a/../b",
            "/%2e",
            "/%2E%2e",
            "/.%2e",
            "/%2e/",
            "/a;b",
            "/;",
            "/a;jsession=1/b",
            "/a%2fb",
            "/a%2Fb",
            "/%2f",
            "/a%5cb",
            "/a\\b",
            "/a%00b",
            "/a\0b"sv,
            "/a%0d",
            "/a%0A",
            "/a\rb",
            "/a\nb",
            "/a%",
            "/a%2",
            "/a%2/b",
            "/a%zz",
            "/a%g0",
            "/a%0g",
            "/a% 20",
            "/%ff",
            "/%c3",
            "/%c3/%bc",
            "/%c0%af",
            "/%ed%a0%80",
            "/%f4%90%80%80",
            "/\xff",
            "/a%c0%ae",
    };
    for (const auto row : rows) {
        const auto parsed = parse_target(row);
        ASSERT_FALSE(parsed) << row;
        EXPECT_EQ(parsed.error().code, errc::bad_request) << row;
    }
}

TEST(target_test, queries_are_pairs_in_their_order) {
    struct row {
        std::string_view target;
        query_pairs expected;
    };
    const row rows[] = {
            {"/", {}},
            {"/?", {}},
            {"/?a=b", {{"a", "b"}}},
            {"/?a=b&c=d", {{"a", "b"}, {"c", "d"}}},
            {"/?a=b&a=c", {{"a", "b"}, {"a", "c"}}},
            {"/?a", {{"a", ""}}},
            {"/?a=", {{"a", ""}}},
            {"/?=b", {{"", "b"}}},
            {"/?&&a=b&", {{"a", "b"}}},
            {"/?a=b=c", {{"a", "b=c"}}},
            {"/?a=b+c", {{"a", "b c"}}},
            {"/?a=b%2Bc", {{"a", "b+c"}}},
            {"/?a%20b=c%26d", {{"a b", "c&d"}}},
            {"/?a+b=c", {{"a b", "c"}}},
            {"/?filter=userName%20eq%20%22a%22", {{"filter", "userName eq \"a\""}}},
            {"/?a=%C3%BC", {{"a", "ü"}}},
            {"/?a=/../;?", {{"a", "/../;?"}}},
            {"/?a=%2F%5c", {{"a", "/\\"}}},
    };
    for (const auto& row : rows) {
        const auto parsed = parse_target(row.target);
        ASSERT_TRUE(parsed) << row.target << ": " << parsed.error().detail;
        EXPECT_EQ(parsed->query, row.expected) << row.target;
    }
}

TEST(target_test, broken_queries_are_refused) {
    for (const auto* const row : {"/?a=%", "/?a=%2", "/?a=%zz", "/?%=a", "/?a=%ff", "/?%c3=a", "/?a=\xff"}) {
        const auto parsed = parse_target(row);
        ASSERT_FALSE(parsed) << row;
        EXPECT_EQ(parsed.error().code, errc::bad_request) << row;
    }
}

TEST(target_test, a_parameter_that_cannot_be_read_is_named_when_its_name_can) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"/?count=%ff", "count is not percent-encoded UTF-8."},
            {"/?%c3=a", "The request's query is not percent-encoded UTF-8."},
            {"/?a%07=%ff", "The request's query is not percent-encoded UTF-8."},
            {"/?=%ff", "The request's query is not percent-encoded UTF-8."},
    };
    for (const auto& [text, detail] : rows)
        EXPECT_EQ(parse_target(text).error().detail, detail) << text;
}

TEST(target_test, a_query_has_100_parameters_and_no_101st) {
    std::string text = "/?";
    for (std::size_t i = 0; i < query_parameters_max; ++i)
        text += "a=" + std::to_string(i) + "&";
    const auto parsed = parse_target(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->query.size(), 100U);
    EXPECT_FALSE(parse_target(text + "b"));
}

TEST(target_test, parameters_are_found_whatever_their_case_the_first_of_a_name) {
    const auto parsed = parse_target("/?StartIndex=2&startindex=3&empty").value();
    EXPECT_EQ(parsed.parameter("startIndex"), "2");
    EXPECT_EQ(parsed.parameter("EMPTY"), "");
    EXPECT_FALSE(parsed.parameter("count"));
    EXPECT_FALSE(parsed.parameter(""));
}

}  // namespace
}  // namespace scimd::api
