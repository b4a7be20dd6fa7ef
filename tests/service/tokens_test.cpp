#include "service/auth/tokens.hpp"

#include "support/fixed_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace scimd::service {
namespace {

std::string minted_text(std::uint64_t seed) {
    test::fixed_random random(seed);
    return std::string(mint_token(random).text.reveal());
}

TEST(tokens_test, a_token_is_its_prefix_and_49_base62_digits) {
    const auto text = minted_text(1);
    EXPECT_EQ(text.size(), token_bytes);
    EXPECT_EQ(text.size(), 60U);
    EXPECT_TRUE(text.starts_with("scimd_scim_"));
    EXPECT_TRUE(std::all_of(text.begin() + token_prefix.size(), text.end(),
            [](unsigned char digit) { return std::isalnum(digit) != 0; }));
}

TEST(tokens_test, a_minted_token_is_found_by_its_digest) {
    test::fixed_random random;
    const auto minted = mint_token(random);
    EXPECT_EQ(digest_of_token(minted.text.reveal()), minted.digest);
    EXPECT_EQ(minted.digest, sha256(minted.text.reveal()));
    EXPECT_TRUE(minted.text.reveal().ends_with(minted.suffix));
    EXPECT_EQ(minted.suffix.size(), 4U);
}

TEST(tokens_test, each_token_has_its_own_random_bytes) {
    test::fixed_random random;
    std::set<std::string> minted;
    for (int i = 0; i < 100; ++i)
        minted.emplace(mint_token(random).text.reveal());
    EXPECT_EQ(minted.size(), 100U);
    EXPECT_EQ(minted_text(5), minted_text(5));
    EXPECT_NE(minted_text(5), minted_text(6));
}

TEST(tokens_test, one_mistyped_character_fails_the_checksum) {
    const auto good = minted_text(2);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto mistyped = good;
        mistyped[i] = mistyped[i] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(digest_of_token(mistyped)) << "at " << i;
    }
}

TEST(tokens_test, two_swapped_characters_fail_the_checksum) {
    const auto good = minted_text(3);
    for (std::size_t i = 0; i + 1 < good.size(); ++i) {
        auto swapped = good;
        std::swap(swapped[i], swapped[i + 1]);
        EXPECT_EQ(digest_of_token(swapped).has_value(), swapped == good) << "at " << i;
    }
}

TEST(tokens_test, another_length_prefix_or_case_is_not_a_token) {
    const auto good = minted_text(4);
    auto upper = good;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    const std::string rows[] = {
            "",
            " ",
            std::string(token_prefix),
            good.substr(0, good.size() - 1),
            good.substr(1),
            good + "0",
            " " + good,
            good + " ",
            good + '\0',
            "Scimd_scim_" + good.substr(token_prefix.size()),
            upper,
            std::string(token_bytes, 'a'),
            std::string(1'000'000, 'a'),
    };
    for (const auto& row : rows)
        EXPECT_FALSE(digest_of_token(row)) << row.substr(0, 80);
    EXPECT_TRUE(digest_of_token(good));
}

}  // namespace
}  // namespace scimd::service
