#include "scim/filter/filter.hpp"

#include "sample_types.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace scimd::scim {
namespace {

std::string canonical(std::string_view text, const resource_type& type) {
    const auto parsed = parse_filter(text, type);
    if (!parsed)
        return parsed.error().detail;
    const std::string printed = to_text(*parsed);
    EXPECT_TRUE(parse_filter(printed, type) == parsed) << printed;
    return printed;
}

std::string filter_refusal(std::string_view text, const resource_type& type = samples::user()) {
    const auto parsed = parse_filter(text, type);
    if (parsed)
        return "parsed as " + to_text(*parsed);
    EXPECT_EQ(parsed.error().code, errc::invalid_filter);
    return parsed.error().detail;
}

std::string repeat(std::string_view what, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += what;
    return text;
}

TEST(filter, reads_the_examples_of_rfc_7644) {
    constexpr std::string_view filters[] = {
            R"(userName eq "bjensen")",
            R"(name.familyName co "O'Malley")",
            R"(userName sw "J")",
            R"(title pr)",
            R"(meta.lastModified gt "2011-05-13T04:42:34Z")",
            R"(meta.lastModified ge "2011-05-13T04:42:34Z")",
            R"(meta.lastModified lt "2011-05-13T04:42:34Z")",
            R"(meta.lastModified le "2011-05-13T04:42:34Z")",
            R"(title pr and userType eq "Employee")",
            R"(title pr or userType eq "Intern")",
            R"(schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")",
            R"(userType eq "Employee" and (emails.value co "example.com" or emails.value co "example.org"))",
            R"(userType ne "Employee" and not (emails.value co "example.com" or emails.value co "example.org"))",
            R"(emails[type eq "work" and value co "@example.com"])",
            R"(emails[type eq "work" and value co "@x"] or ims[type eq "xmpp" and value co "@foo.com"])",
    };
    for (const std::string_view text : filters)
        EXPECT_EQ(canonical(text, samples::user()), text);
}

TEST(filter, prints_its_canonical_form) {
    const struct {
        std::string_view text;
        std::string_view meant;
    } rows[] = {
            // names, operators and keywords in any case (RFC 7644 §3.4.2.2)
            {R"(USERNAME Eq "x" AND Title PR)", R"(userName eq "x" and title pr)"},
            {R"(NOT(title pr))", "not (title pr)"},
            {R"(not   (title pr))", "not (title pr)"},
            {R"(urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J")", R"(userName sw "J")"},
            {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager.displayName eq "x")",
                    R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName eq "x")"},
            {R"(groups.$ref ew "/7")", R"(groups.$ref ew "/7")"},
            // spaces
            {R"(  userName  eq  "x"  )", R"(userName eq "x")"},
            {R"(userName eq"x")", R"(userName eq "x")"},
            {R"((userName eq "x")and(title pr))", R"(userName eq "x" and title pr)"},
            {R"(emails [ type eq "work" ])", R"(emails[type eq "work"])"},
            // precedence: grouping, not, and, or
            {"title pr or nickName pr and locale pr", "title pr or nickName pr and locale pr"},
            {"(title pr or nickName pr) and locale pr", "(title pr or nickName pr) and locale pr"},
            {"title pr or (nickName pr and locale pr)", "title pr or nickName pr and locale pr"},
            {"not (title pr) and locale pr", "not (title pr) and locale pr"},
            {"((title pr))", "title pr"},
            {"title pr and (nickName pr and locale pr)", "title pr and (nickName pr and locale pr)"},
            {"(title pr or nickName pr) or locale pr", "(title pr or nickName pr) or locale pr"},
            // the meaning of complex attributes
            {R"(emails co "x")", R"(emails.value co "x")"},
            {R"(manager eq "7")",
                    R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "7")"},
            {"emails pr", "emails pr"},
            {"name pr", "name pr"},
            {"name eq null", "name eq null"},
            {"emails ne null", "emails ne null"},
            // sub-attributes after brackets, as Entra writes them
            {R"(emails[type eq "work"].value eq "x")", R"(emails[type eq "work" and value eq "x"])"},
            {R"(emails[type eq "work" and primary eq true].value pr)",
                    R"(emails[type eq "work" and primary eq true and value pr])"},
            {R"(emails[type eq "work" or primary eq true].value sw "x")",
                    R"(emails[(type eq "work" or primary eq true) and value sw "x"])"},
            // literals
            {R"(externalId eq jyoung)", R"(externalId eq "jyoung")"},
            {R"(externalId eq 007)", R"(externalId eq "007")"},
            {R"(externalId eq 1.50)", R"(externalId eq "1.50")"},
            {R"(externalId eq true)", R"(externalId eq "true")"},
            {R"(externalId eq "null")", R"(externalId eq "null")"},
            {R"((externalId eq jyoung))", R"(externalId eq "jyoung")"},
            {R"(active eq "True")", "active eq true"},
            {R"(active eq FALSE)", "active eq false"},
            {R"(roles[primary eq "True"].value eq "x")", R"(roles[primary eq true and value eq "x"])"},
            {R"(userName eq "a\"b\\c\/d\b\f\n\r\t")",
                    "Filter: a string holds control characters or no valid "
                    "Unicode at position 13."},
            {R"(userName eq "a\"b\\c\/d\n\t")", R"(userName eq "a\"b\\c/d\n\t")"},
            {R"(userName eq "\u00fc\ud83d\ude00")", "userName eq \"\u00fc\U0001F600\""},
            {R"(userName eq "")", R"(userName eq "")"},
            {R"(userName eq "a] and (b")", R"(userName eq "a] and (b")"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(canonical(row.text, samples::user()), row.meant) << row.text;
}

TEST(filter, coerces_literals_to_the_types_of_attributes) {
    const struct {
        std::string_view text;
        std::string_view meant;
    } rows[] = {
            {"cores eq 4", "cores eq 4"},
            {R"(cores gt "4")", "cores gt 4"},
            {"cores eq 4.0", "cores eq 4"},
            {"cores eq 4e2", "cores eq 400"},
            {"cores eq -9223372036854775808", "cores eq -9223372036854775808"},
            {"weight eq 2", "weight eq 2.0"},
            {"weight le 1.5", "weight le 1.5"},
            {"weight eq 9007199254740993", "weight eq 9007199254740993"},
            {"weight eq -9007199254740993", "weight eq -9007199254740993"},
            {R"(tags eq "x")", R"(tags eq "x")"},
            {R"(tags[value sw "x"])", R"(tags[value sw "x"])"},
            {R"(ports[modes eq "x" and speed lt 5])", R"(ports[modes eq "x" and speed lt 5])"},
            {R"(place[room eq "x"])", R"(place[room eq "x"])"},
            {R"(key eq "aGk=")", R"(key eq "aGk=")"},
            {R"(built ge "2026-01-01T00:00:00+02:00")", R"(built ge "2026-01-01T00:00:00+02:00")"},
            {R"(manual co "acme")", R"(manual co "acme")"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(canonical(row.text, samples::device()), row.meant) << row.text;
}

TEST(filter, reports_the_position_of_errors) {
    const struct {
        std::string_view text;
        std::string_view reason;
    } rows[] = {
            {"", "Filter: an attribute is missing at position 1."},
            {"   ", "Filter: an attribute is missing at position 4."},
            {"title", "Filter: an operator is missing at position 6."},
            {"title eq", "Filter: a value is missing at position 9."},
            {"title like \"x\"", "Filter: there is no operator 'like' at position 7."},
            {"title eq \"x", "Filter: a string has no closing quote at position 10."},
            {R"(title eq "x\")", "Filter: a string has no closing quote at position 10."},
            {R"(title eq "\x")", "Filter: a string is not written as JSON allows at position 10."},
            {R"(title eq "\ud800")", "Filter: a string is not written as JSON allows at position 10."},
            {R"(title eq "\u0000")", "Filter: a string is not written as JSON allows at position 10."},
            {"title eq \"a\nb\"", "Filter: a string is not written as JSON allows at position 10."},
            {"title pr title pr", "Filter: unexpected text at position 10."},
            {"title pr and", "Filter: an attribute is missing at position 13."},
            {"title pr or or title pr", "Filter: there is no attribute 'or' at position 13."},
            {"title pr)", "Filter: unexpected text at position 9."},
            {"(title pr", "Filter: ')' is missing at position 10."},
            {"()", "Filter: an attribute is missing at position 2."},
            {"not title pr", "Filter: there is no attribute 'not' at position 1."},
            {"not (title pr", "Filter: ')' is missing at position 14."},
            {"emails[type eq \"work\"", "Filter: ']' is missing at position 22."},
            {"emails[]", "Filter: an attribute is missing at position 8."},
            {"emails[type eq \"work\"].", "Filter: an attribute is missing at position 24."},
            {"emails[type eq \"work\"].nope pr", "Filter: there is no attribute 'nope' at position 24."},
            {"emails[userName eq \"x\"]", "Filter: there is no attribute 'userName' at position 8."},
            {"emails[emails.type eq \"x\"]", "Filter: there is no attribute 'emails.type' at position 8."},
            {"emails[value[type pr]]", "Filter: brackets cannot stand inside brackets at position 8."},
            {"emails.type[value pr]", "Filter: brackets cannot follow a sub-attribute at position 1."},
            {"userName[value pr]",
                    "Filter: brackets cannot follow an attribute of one simple value at position 1."},
            {"nope eq 1", "Filter: there is no attribute 'nope' at position 1."},
            {"title pr and nope eq 1", "Filter: there is no attribute 'nope' at position 14."},
            {"title gt null", "Filter: null is compared with eq and ne only at position 7."},
    };
    for (const auto& row : rows)
        EXPECT_EQ(filter_refusal(row.text), row.reason) << row.text;
}

// RFC 7644 §3.4.2.2, table 3.
TEST(filter, reads_texts_in_other_quotation_marks) {
    const struct {
        const char* sent;
        const char* meant;
    } rows[] = {
            {"userName eq 'ann@x.y'", R"(userName eq "ann@x.y")"},
            {"userName eq “ann”", R"(userName eq "ann")"},
            {"userName eq „ann“", R"(userName eq "ann")"},
            {"userName eq ”ann”", R"(userName eq "ann")"},
            {"userName eq ‘ann’", R"(userName eq "ann")"},
            {"userName eq «ann»", R"(userName eq "ann")"},
            {"userName eq `ann´", R"(userName eq "ann")"},
            {"userName eq ＂ann＂", R"(userName eq "ann")"},
            {"userName eq 「ann」", R"(userName eq "ann")"},
            {"userName eq 『ann』", R"(userName eq "ann")"},
            {"userName eq ｢ann｣", R"(userName eq "ann")"},
            {"userName eq 〝ann〟", R"(userName eq "ann")"},
            {"userName eq ﹁ann﹂", R"(userName eq "ann")"},
            {"userName eq ﹃ann﹄", R"(userName eq "ann")"},
            {"userName eq ❝ann❞", R"(userName eq "ann")"},
            {"userName eq ❛ann❜", R"(userName eq "ann")"},
            {"userName eq ⹂ann‟", R"(userName eq "ann")"},
            {"userName eq 'a \"b\" c'", R"(userName eq "a \"b\" c")"},
            {R"(userName eq 'O\'Brien')", R"(userName eq "O'Brien")"},
            {R"(userName eq 'a\"b\\c')", R"(userName eq "a\"b\\c")"},
            {"userName eq O'Brien", R"(userName eq "O'Brien")"},
            {"userName eq ''", R"(userName eq "")"},
            {"active eq 'true'", "active eq true"},
            {"emails[type eq 'work' and value co ']x']", R"(emails[type eq "work" and value co "]x"])"},
    };
    for (const auto& row : rows) {
        const auto made = parse_filter(row.sent, samples::user());
        ASSERT_TRUE(made) << row.sent << ": " << made.error().detail;
        EXPECT_EQ(*made, parse_filter(row.meant, samples::user()).value()) << row.sent;
    }
    for (const char* const text : {"userName eq 'ann", "userName eq ”", "userName eq “ann\"",
                 "userName eq 'O'Brien'", "userName eq ″x", "userName eq 「ann", "userName eq 」ann",
                 "userName eq 〞ann", "userName eq ❞ann", "userName eq ⹂ann"}) {
        const auto made = parse_filter(text, samples::user());
        ASSERT_FALSE(made) << text;
        EXPECT_EQ(made.error().code, errc::invalid_filter);
    }
}

TEST(filter, brackets_after_the_urn_of_a_schema_contain_its_attributes) {
    const std::string urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const auto same = [](const std::string& a, const std::string& b) {
        const auto made = parse_filter(a, samples::user());
        ASSERT_TRUE(made) << a << ": " << made.error().detail;
        EXPECT_EQ(*made, parse_filter(b, samples::user()).value()) << a;
    };
    same(urn + R"([department eq "D"])", urn + R"(:department eq "D")");
    same(R"(title pr and urn:scim:schemas:extension:enterprise:1.0[manager.managerId eq "7" or not (division pr)])",
            "title pr and (" + urn + R"(:manager.value eq "7" or not ()" + urn + ":division pr))");
    same(R"(urn:ietf:params:scim:schemas:core:2.0:User[userName eq "b"])", R"(userName eq "b")");
    for (const std::string& text : {urn + R"([userName eq "b"])", urn + "[" + urn + R"([department eq "D"]])",
                 urn + R"([department eq "D")"})
        EXPECT_FALSE(parse_filter(text, samples::user())) << text;
}

TEST(filter, names_are_compared_without_the_blanks_around_them) {
    const struct {
        const char* condition;
        bool matches;
    } rows[] = {
            {R"(userName eq "ann")", true},
            {R"(userName eq "  Ann\t")", true},
            {R"(userName ne "ann ")", false},
            {R"(userName ew "n")", true},
            {R"(userName sw " a")", false},
            {R"(userName co "n n")", false},
            {R"(title eq "T")", false},
            {R"(title eq " T")", true},
    };
    const json::object user = samples::document(R"({"userName": " ann ", "title": " T"})");
    for (const auto& row : rows)
        EXPECT_EQ(matches(parse_filter(row.condition, samples::user()).value(), user), row.matches)
                << row.condition;
}

TEST(filter, refuses_operators_that_a_type_does_not_have) {
    constexpr std::string_view filters[] = {
            "label co \"x\"",
            "cores co 1",
            "cores sw 1",
            "weight ew 1",
            "built sw \"2026-01-01T00:00:00Z\"",
            "key gt \"aGk=\"",
            "key co \"a\"",
            "ports.speed co 1",
    };
    EXPECT_TRUE(parse_filter(filters[0], samples::device()));
    for (const std::string_view text : std::span(filters).subspan(1))
        EXPECT_TRUE(
                filter_refusal(text, samples::device()).starts_with("Filter: the operator is not defined"))
                << text;
    for (const std::string_view which : {"gt", "ge", "lt", "le", "co", "sw", "ew"})
        EXPECT_TRUE(
                filter_refusal("active " + std::string(which) + " true").starts_with("Filter: the operator"));
}

TEST(filter, refuses_literals_that_cannot_be_of_the_type) {
    const struct {
        std::string_view text;
        std::string_view reason;
    } rows[] = {
            {"cores eq 1.5", "Filter: '1.5' is not an integer at position 10."},
            {"cores eq x", "Filter: 'x' is not a number at position 10."},
            {"cores eq true", "Filter: 'true' is not a number at position 10."},
            {"cores eq 1e300", "Filter: '1e300' is not an integer at position 10."},
            {"cores eq 9223372036854775808", "Filter: '9223372036854775808' is not a number at position 10."},
            {"weight eq 1e999", "Filter: '1e999' is not a number at position 11."},
            {"built eq \"yesterday\"", "Filter: 'yesterday' is not a date and time at position 10."},
            {"built eq \"2026-01-01\"", "Filter: '2026-01-01' is not a date and time at position 10."},
            {"place eq \"x\"", "Filter: a sub-attribute of 'place' must be named at position 7."},
    };
    for (const auto& row : rows)
        EXPECT_EQ(filter_refusal(row.text, samples::device()), row.reason);
    EXPECT_EQ(filter_refusal("active eq 1"), "Filter: '1' is not a boolean at position 11.");
    EXPECT_EQ(filter_refusal("name eq \"x\""),
            "Filter: a sub-attribute of 'name' must be named at position 6.");
}

TEST(filter, refuses_attributes_that_are_never_returned) {
    EXPECT_EQ(filter_refusal(R"(password eq "x")"),
            "Filter: the attribute 'password' cannot be compared at position 1.");
    EXPECT_EQ(filter_refusal("password pr"),
            "Filter: the attribute 'password' cannot be compared at position 1.");
    EXPECT_EQ(filter_refusal("ports[code pr]", samples::device()),
            "Filter: the attribute 'code' cannot be compared at position 7.");
    EXPECT_EQ(filter_refusal("ports.code pr", samples::device()),
            "Filter: the attribute 'ports.code' cannot be compared at position 1.");
    // Also refused when "value" is implied.
    EXPECT_EQ(filter_refusal(R"(locks sw "1")", samples::device()),
            "Filter: a sub-attribute of 'locks' must be named at position 7.");
}

TEST(filter, length_is_limited) {
    const std::string frame = R"(title eq "")";
    const std::string longest = R"(title eq ")" + std::string(filter_bytes_max - frame.size(), 'x') + '"';
    EXPECT_EQ(longest.size(), filter_bytes_max);
    EXPECT_TRUE(parse_filter(longest, samples::user()));
    EXPECT_EQ(filter_refusal(longest + " "), "The filter is longer than 8192 bytes.");
}

TEST(filter, depth_is_limited) {
    const auto nested = [](std::string_view open, std::size_t depth) {
        return repeat(open, depth) + "title pr" + repeat(")", depth);
    };
    for (const std::string_view open : {"(", "not ("}) {
        EXPECT_TRUE(parse_filter(nested(open, filter_depth_max), samples::user()));
        EXPECT_TRUE(filter_refusal(nested(open, filter_depth_max + 1))
                        .starts_with("Filter: more than 32 levels"));
        EXPECT_TRUE(filter_refusal(repeat(open, 1'000)).starts_with("Filter: more than 32 levels"));
    }
    // Depth counts nesting, not terms.
    EXPECT_TRUE(parse_filter("(title pr)" + repeat(" and (title pr)", filter_depth_max), samples::user()));
}

TEST(filter, terms_are_limited) {
    const std::string most = "title pr" + repeat(" or title pr", filter_terms_max - 1);
    EXPECT_TRUE(parse_filter(most, samples::user()));
    EXPECT_TRUE(filter_refusal(most + " or title pr").starts_with("Filter: more than 64 comparisons"));
}

TEST(filter, must_be_utf8) {
    EXPECT_EQ(filter_refusal("title eq \"\xff\""), "The filter is not UTF-8.");
}

TEST(filter, quotes_a_limited_part_of_the_input) {
    const std::string reason = filter_refusal(std::string(8'000, 'x') + " pr");
    EXPECT_EQ(reason, "Filter: there is no attribute '" + std::string(64, 'x') + "...' at position 1.");
}

TEST(value_filter, resolves_names_within_the_attribute_only) {
    const auto emails = parse_path("emails", samples::user());
    ASSERT_TRUE(emails);
    const auto parsed = parse_value_filter(R"(TYPE eq "work" and not (primary eq "true"))", *emails);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(to_text(*parsed), R"(emails.type eq "work" and not (emails.primary eq true))");
    EXPECT_FALSE(parse_value_filter(R"(userName eq "x")", *emails));
    EXPECT_FALSE(parse_value_filter(R"(type eq "work"])", *emails));
    EXPECT_FALSE(parse_value_filter("", *emails));
    const auto tags = parse_path("tags", samples::device());
    ASSERT_TRUE(tags);
    const auto element = parse_value_filter(R"(value eq "x")", *tags);
    ASSERT_TRUE(element);
    EXPECT_EQ(std::get<comparison>(element->node).attribute, *tags);
    EXPECT_FALSE(parse_value_filter(R"(type eq "x")", *tags));
}

TEST(filter, copies_are_equal_and_independent) {
    const auto parsed = parse_filter(R"(not (emails[type eq "work"]))", samples::user());
    ASSERT_TRUE(parsed);
    filter copy = *parsed;
    EXPECT_EQ(copy, *parsed);
    copy = parse_filter("title pr", samples::user()).value();
    EXPECT_NE(copy, *parsed);
    EXPECT_EQ(to_text(*parsed), R"(not (emails[type eq "work"]))");
}

}  // namespace
}  // namespace scimd::scim
