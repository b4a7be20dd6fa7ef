#include "service/scim/etag.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

TEST(etag_test, a_version_is_a_weak_tag) {
    EXPECT_EQ(etag(1), R"(W/"1")");
    EXPECT_EQ(etag(9'223'372'036'854'775'807), R"(W/"9223372036854775807")");
}

TEST(etag_test, fields_match_versions_by_the_text_between_the_quotes) {
    struct row {
        std::string_view field;
        bool matches;  // version 12
    };
    const row rows[] = {
            {R"(W/"12")", true},
            {R"("12")", true},
            {"*", true},
            {"  *  ", true},
            {R"(  W/"12"  )", true},
            {R"("1", "12")", true},
            {R"(W/"1",W/"12",W/"3")", true},
            {"\"1\"\t,\t\"12\"", true},
            {R"("1")", false},
            {R"("012")", false},
            {R"("12 ")", false},
            {R"("")", false},
            {R"("1", "2")", false},
            {R"("*")", false},
            {R"("1,12")", false},
    };
    for (const auto& row : rows) {
        const auto tags = entity_tags::parse(row.field);
        ASSERT_TRUE(tags) << row.field;
        EXPECT_EQ(tags->matches(12), row.matches) << row.field;
    }
}

TEST(etag_test, rejects_fields_that_are_no_list_of_quoted_tags) {
    const std::string_view rows[] = {
            "12",
            "W/12",
            "w/\"12\"",
            "\"12",
            "12\"",
            "\"1\" \"2\"",
            "*, \"1\"",
            "\"1\", *",
            "\"1\",,\"2\"",
            ",\"1\"",
            "W/ \"12\"",
            "**",
            "\"1\"x",
    };
    for (const auto row : rows) {
        const auto tags = entity_tags::parse(row);
        ASSERT_FALSE(tags) << row;
        EXPECT_EQ(tags.error().code, errc::invalid_value) << row;
    }
}

TEST(etag_test, a_field_holds_at_most_32_tags) {
    std::string field = "\"0\"";
    for (int i = 1; i < 32; ++i)
        field += ", \"" + std::to_string(i) + '"';
    const auto tags = entity_tags::parse(field);
    ASSERT_TRUE(tags);
    EXPECT_EQ(tags->tags.size(), 32U);
    EXPECT_TRUE(tags->matches(31));
    EXPECT_FALSE(entity_tags::parse(field + ", \"32\""));
}

TEST(etag_test, changes_need_every_condition_to_hold) {
    struct row {
        std::string_view if_match;
        std::string_view if_none_match;
        bool is_met;  // by version 3
    };
    const row rows[] = {
            {"", "", true},
            {R"(W/"3")", "", true},
            {R"(W/"2")", "", false},
            {"*", "", true},
            {"", R"(W/"2")", true},
            {"", R"(W/"3")", false},
            {"", "*", false},
            {R"("3")", R"("2")", true},
            {R"("3")", R"("3")", false},
            {R"("2")", R"("2")", false},
    };
    for (const auto& row : rows) {
        preconditions conditions;
        if (!row.if_match.empty())
            conditions.if_match = entity_tags::parse(row.if_match).value();
        if (!row.if_none_match.empty())
            conditions.if_none_match = entity_tags::parse(row.if_none_match).value();
        const auto checked = conditions.check(3);
        EXPECT_EQ(checked.has_value(), row.is_met) << row.if_match << " / " << row.if_none_match;
        if (!checked) {
            EXPECT_EQ(checked.error().code, errc::precondition_failed);
            EXPECT_NE(checked.error().detail.find(R"(W/"3")"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace scimd::service
