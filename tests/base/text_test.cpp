#include "base/text.hpp"

#include "support/repeated_text.hpp"

#include <gtest/gtest.h>

namespace scimd {
namespace {

using test::repeated;

using views = std::vector<std::string_view>;

TEST(ascii_case, is_folded_for_ascii_letters_only) {
    EXPECT_EQ(to_lower_ascii("AZaz09@[`{\xc3\x84"), "azaz09@[`{\xc3\x84");
    EXPECT_TRUE(equals_ignoring_case("UserName", "USERnAME"));
    EXPECT_FALSE(equals_ignoring_case("userName", "userNam"));
    EXPECT_FALSE(equals_ignoring_case("@", "`"));
    EXPECT_FALSE(equals_ignoring_case("[", "{"));
    EXPECT_FALSE(equals_ignoring_case("\xc3\x84", "\xc3\xa4"));
}

TEST(ascii_case, prefixes_match_in_any_case) {
    EXPECT_TRUE(starts_with_ignoring_case("Bearer x", "bearer "));
    EXPECT_TRUE(starts_with_ignoring_case("x", ""));
    EXPECT_FALSE(starts_with_ignoring_case("Bear", "bearer"));
}

TEST(trim, removes_spaces_and_tabs_at_both_ends_only) {
    EXPECT_EQ(trim(" \ta b\t "), "a b");
    EXPECT_EQ(trim(" \t "), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("\na\n"), "\na\n");
}

TEST(split, keeps_empty_parts) {
    EXPECT_EQ(split("a.b.c", '.'), (views{"a", "b", "c"}));
    EXPECT_EQ(split("", '.'), (views{""}));
    EXPECT_EQ(split(".", '.'), (views{"", ""}));
    EXPECT_EQ(split("a..b.", '.'), (views{"a", "", "b", ""}));
}

// RFC 3629 §3 and §4; each bound from both sides
TEST(utf8, is_validated_by_rfc_3629) {
    const struct {
        std::string_view text;
        bool is_valid;
    } rows[] = {
            {"", true},
            {"abc", true},
            {std::string_view("\0", 1), true},
            {"\x7f", true},
            {"\x80", false},
            {"\xbf", false},
            {"\xc0\x80", false},  // overlong U+0000
            {"\xc1\xbf", false},
            {"\xc2\x80", true},
            {"\xdf\xbf", true},
            {"\xdf", false},
            {"\xdf\x7f", false},
            {"\xdf\xc0", false},
            {"\xe0\x9f\xbf", false},  // overlong
            {"\xe0\xa0\x80", true},
            {"\xed\x9f\xbf", true},
            {"\xed\xa0\x80", false},  // U+D800
            {"\xed\xbf\xbf", false},
            {"\xee\x80\x80", true},
            {"\xef\xbf\xbf", true},
            {"\xef\xbf", false},
            {"\xf0\x8f\xbf\xbf", false},  // overlong
            {"\xf0\x90\x80\x80", true},
            {"\xf4\x8f\xbf\xbf", true},
            {"\xf4\x90\x80\x80", false},  // U+110000
            {"\xf5\x80\x80\x80", false},
            {"\xff", false},
            {"a\xc3", false},
            {"\xc3\xa9\xc3", false},
    };
    for (const auto& row : rows)
        EXPECT_EQ(is_valid_utf8(row.text), row.is_valid) << testing::PrintToString(row.text);
}

TEST(first_code_point, returns_value_and_bytes) {
    const struct {
        std::string_view text;
        char32_t value;
        std::size_t bytes;
    } rows[] = {
            {"ab", U'a', 1},
            {"\xc3\xa9x", 0xe9, 2},
            {"\xe2\x82\xacx", 0x20ac, 3},
            {"\xf0\x9f\x98\x80x", 0x1f600, 4},
            {"", 0, 0},
            {"\xa9", 0, 0},
    };
    for (const auto& row : rows) {
        const code_point first = first_code_point(row.text);
        EXPECT_EQ(first.value, row.value);
        EXPECT_EQ(first.bytes, row.bytes);
    }
}

TEST(fold, makes_texts_equal_that_look_equal) {
    const struct {
        std::string_view a, b;
    } rows[] = {
            {"Bjensen", "bJENSEN"},
            {"STRASSE", "straße"},
            {"ÅNGSTRÖM", "ångström"},
            {"A\u030angstro\u0308m", "ångström"},  // decomposed
            {"ΣΊΣΥΦΟΣ", "σίσυφος"},                // final sigma
            {"ｂｊｅｎｓｅｎ", "bjensen"},         // full width
            {"ﬁle", "file"},
            {"\u212bngstrom", "ångstrom"},  // the Ångström sign
            {"so\u00adft", "soft"},         // a soft hyphen is invisible
            {"ДМИТРИЙ", "дмитрий"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(fold(row.a), fold(row.b)) << row.a;
}

TEST(fold, keeps_different_texts_apart) {
    EXPECT_NE(fold("bjensen"), fold("bjenson"));
    EXPECT_NE(fold("resume"), fold("résumé"));
    EXPECT_NE(fold("a b"), fold("ab"));
    EXPECT_NE(fold("раypal"), fold("paypal"));  // Cyrillic er and a
}

TEST(fold, is_idempotent) {
    for (const std::string_view text : {"", "ABC", "STRASSE ß ẞ", "ǅ", "İstanbul", "ﷺ", "\u1e9b\u0323"})
        EXPECT_EQ(fold(fold(text)), fold(text)) << text;
}

TEST(fold, returns_invalid_utf8_unchanged) {
    EXPECT_EQ(fold("ABC\xff"), "ABC\xff");
}

TEST(storable, text_is_utf8_without_controls_and_noncharacters) {
    const struct {
        std::string_view text;
        bool is_storable;
    } rows[] = {
            {"", true},
            {"plain", true},
            {"tab\tline\nreturn\r", true},
            {std::string_view("\0", 1), false},
            {"\x01", false},
            {"\x08", false},
            {"\x0b", false},
            {"\x0c", false},
            {"\x0e", false},
            {"\x1f", false},
            {" ", true},
            {"\x7f", true},
            {"\xff", false},
            {"\ufdcf", true},
            {"\ufdd0", false},
            {"\ufdef", false},
            {"\ufdf0", true},
            {"\ufffd", true},
            {"\ufffe", false},
            {"\uffff", false},
            {"\U0001fffd", true},
            {"\U0001fffe", false},
            {"\U0010ffff", false},
            {"😀", true},
    };
    for (const auto& row : rows)
        EXPECT_EQ(is_storable(row.text), row.is_storable) << testing::PrintToString(row.text);
}

// UAX #15, Stream-Safe Text Format.
TEST(storable, text_has_at_most_thirty_marks_in_a_row) {
    const struct {
        std::string_view mark;
        std::size_t count;  // non-starters per character
    } rows[] = {
            {"\u0301", 1},
            {"\u0345", 1},  // folding turns it into a letter
            {"\u0344", 2},
            {"\uff9e", 1},  // half width, a mark by compatibility only
            {"\u0301\u0323", 2},
            {"\u0301\u034f", 1},  // folding removes U+034F
            {"\u0301\u00ad\ufe0f", 1},
    };
    for (const auto& row : rows) {
        const auto most = nonstarters_max / row.count;
        EXPECT_TRUE(is_storable("a" + repeated(row.mark, most) + "b")) << row.mark;
        EXPECT_FALSE(is_storable("a" + repeated(row.mark, most + 1) + "b")) << row.mark;
        EXPECT_TRUE(is_storable(repeated("a" + repeated(row.mark, most), 100))) << row.mark;
        EXPECT_EQ(
                why_not_storable(repeated(row.mark, 10'000)), "holds more than 30 combining marks in a row.");
    }
    EXPECT_FALSE(is_storable("\u00e9" + repeated("\u0301", 30)));  // é contains the first mark
}

TEST(storable, text_of_languages_with_many_marks_is_accepted) {
    for (const std::string_view text :
            {"ཧཱུྃ་བཛྲ་གུ་རུ་པདྨ་སིདྡྷི་ཧཱུྃ", "บ้านที่อยู่", "שִׁלּוּחַ", "မြန်မာဘာသာ", "Ṩ̣̌ø̈́m̊ë̂", "각나다", "क्षत्रिय"})
        EXPECT_EQ(why_not_storable(repeated(text, 500)), "") << text;
}

TEST(contains, finds_a_part_at_any_position) {
    EXPECT_TRUE(contains("abc", ""));
    EXPECT_TRUE(contains("", ""));
    EXPECT_TRUE(contains("abc", "abc"));
    EXPECT_TRUE(contains("xabc", "abc"));
    EXPECT_FALSE(contains("ab", "abc"));
    EXPECT_FALSE(contains("", "a"));
    const std::string same(10'000, 'a');
    EXPECT_FALSE(contains(same, std::string(5'000, 'a') + "b"));
    EXPECT_TRUE(contains(same + "b", std::string(5'000, 'a') + "b"));
}

TEST(bidi_control, is_found_at_any_position) {
    const struct {
        std::string_view text;
        bool has_one;
    } rows[] = {
            {"", false},
            {"plain", false},
            {"שלום", false},
            {"\u2029", false},
            {"\u202a", true},
            {"a\u202eb", true},
            {"\u202f", false},
            {"\u2065", false},
            {"\u2066", true},
            {"é\u2069", true},
            {"\u206a", false},
            {"\xff\u202e", true},
    };
    for (const auto& row : rows)
        EXPECT_EQ(has_bidi_control(row.text), row.has_one) << testing::PrintToString(row.text);
}

}  // namespace
}  // namespace scimd
