// RFC 7644 §5: names that look equal are equal, compared with Unicode's own data.
#include "base/text.hpp"
#include "base/work_budget.hpp"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <iterator>
#include <random>
#include <string>

namespace scimd {
namespace {

constexpr UChar32 last_code_point = 0x10ffff;

std::string utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

bool is_character(UChar32 c) {
    return u_isdefined(c) && u_charType(c) != U_SURROGATE && u_charType(c) != U_PRIVATE_USE_CHAR;
}

icu::UnicodeString decomposed(const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFDInstance(status)->normalize(text, status);
}

icu::UnicodeString composed(const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFCInstance(status)->normalize(text, status);
}

// Case folding makes upper and lower case equal, except for these two, which no language treats as capitals.
bool has_a_capital_of_another(UChar32 c) {
    constexpr UChar32 dotless_i = 0x131;
    constexpr UChar32 cherokee_first = 0x13a0;  // folds to upper case, which is equivalent
    constexpr UChar32 cherokee_last = 0xabbf;
    return c == dotless_i ||
           (c >= cherokee_first && c <= cherokee_last && u_tolower(c) == c && u_toupper(c) == c);
}

TEST(folding, makes_every_character_equal_to_its_other_forms_and_cases) {
    for (UChar32 c = 0; c <= last_code_point; ++c) {
        if (!is_character(c))
            continue;
        const icu::UnicodeString text(c);
        const std::string folded = fold(utf8(text));
        ASSERT_EQ(fold(folded), folded) << std::hex << c;
        ASSERT_EQ(fold(utf8(decomposed(text))), folded) << std::hex << c;
        ASSERT_EQ(fold(utf8(composed(text))), folded) << std::hex << c;
        const std::string capital = fold(utf8(icu::UnicodeString(u_toupper(c))));
        ASSERT_TRUE(capital == folded || has_a_capital_of_another(c)) << std::hex << c;
        ASSERT_TRUE(is_valid_utf8(folded)) << std::hex << c;
    }
}

TEST(folding, makes_random_words_equal_however_they_are_written) {
    const auto seed = std::random_device()();
    std::mt19937 random(seed);
    const icu::UnicodeString letters =
            icu::UnicodeString::fromUTF8("aÅåéßẞİıiIΣσςﬁｂＢ가ﾊﾞ\u0301\u030a\u0308\u0345ǆҐґﷺ12._-@");
    for (int round = 0; round < 20'000; ++round) {
        icu::UnicodeString word;
        for (auto length = random() % 8; length > 0; --length)
            word.append(letters.char32At(
                    static_cast<int32_t>(random() % static_cast<unsigned>(letters.length()))));
        const std::string folded = fold(utf8(word));
        ASSERT_EQ(fold(folded), folded) << "seed " << seed << ": " << utf8(word);
        ASSERT_EQ(fold(utf8(decomposed(word))), folded) << "seed " << seed << ": " << utf8(word);
        ASSERT_EQ(fold(utf8(composed(word))), folded) << "seed " << seed << ": " << utf8(word);
        ASSERT_EQ(fold(utf8(decomposed(word).foldCase())), folded) << "seed " << seed << ": " << utf8(word);
    }
}

// Case folding is independent of languages: a name is equal in Turkish and in all others.
TEST(folding, follows_unicode_for_dotted_and_dotless_i) {
    EXPECT_EQ(fold("I"), "i");
    EXPECT_EQ(fold("İ"), "i\u0307");
    EXPECT_EQ(fold("ı"), "ı");
    EXPECT_NE(fold("Iı"), fold("ii"));
}

TEST(folding, makes_widths_ligatures_and_sharp_s_equal) {
    const char* const rows[][2] = {
            {"ＡＢＣ＠ｅｘａｍｐｌｅ．ｃｏｍ", "abc@example.com"}, {"ｶﾞ", "ガ"}, {"straße", "STRASSE"},
            {"STRAẞE", "strasse"}, {"oﬃce", "OFFICE"}, {"①", "1"}, {"K", "k"},  // KELVIN SIGN
    };
    for (const auto& row : rows)
        EXPECT_EQ(fold(row[0]), fold(row[1])) << row[0];
}

// Returns ICU's own result, for runs that are short enough.
std::string folded_by_icu(const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* const form = icu::Normalizer2::getNFKCCasefoldInstance(status);
    return utf8(form->normalize(decomposed(icu::UnicodeString::fromUTF8(text)), status));
}

// Earlier versions have stored text with longer runs of marks than are accepted now: its keys must not
// change.
TEST(folding, follows_unicode_for_long_runs_of_marks) {
    const auto seed = std::random_device()();
    std::mt19937 random(seed);
    const char* const parts[] = {"\u0301", "\u0323", "\u0345", "\u0344", "\u034f", "\uff9e", "\u0f73",
            "\u3099", "\u00ad", "a", "Å", "ﷺ", "가", "\u11a8"};
    for (int round = 0; round < 500; ++round) {
        std::string text = "E";
        for (auto length = random() % 200; length > 0; --length)
            text += parts[random() % 16 < 13 ? random() % 9 : random() % std::size(parts)];
        ASSERT_EQ(fold(text), folded_by_icu(text)) << "seed " << seed << ": " << text;
    }
}

// The work per byte does not depend on the length of runs: sorting by insertion would take minutes.
TEST(folding, takes_linear_time_for_very_long_runs) {
    std::string text = "a";
    for (int i = 0; i < 200'000; ++i)
        text += "\u0301";
    for (int i = 0; i < 200'000; ++i)
        text += "\u0323";
    work_budget work(150 * text.size());
    const auto folded = fold(text, work);
    EXPECT_LE(folded.size(), text.size());
    EXPECT_TRUE(folded.starts_with("ạ")) << folded.substr(0, 10);
}

TEST(folding, makes_at_most_eleven_bytes_of_one) {
    std::string text;
    for (int i = 0; i < 1'000; ++i)
        text += "ﷺ";
    EXPECT_EQ(fold(text).size(), 11 * text.size());
}

TEST(folding, charges_for_input_and_output) {
    work_budget work(1'000'000);
    EXPECT_EQ(fold("ASCII text", work), "ascii text");
    EXPECT_EQ(work.used(), 10U);
    EXPECT_EQ(fold("É", work), "é");
    EXPECT_GT(work.used(), 10U + 2 * 10);
    work_budget small(100);
    EXPECT_THROW(fold(std::string(101, 'a'), small), work_limit_exceeded);
}

}  // namespace
}  // namespace scimd
