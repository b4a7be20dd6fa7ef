#include "base/codec.hpp"

#include "base/bytes_of.hpp"

#include <gtest/gtest.h>

#include <array>

namespace scimd {
namespace {

std::optional<std::string> text_of(const std::optional<std::vector<std::byte>>& bytes) {
    if (!bytes)
        return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

TEST(hex, writes_two_lower_case_digits_per_byte) {
    EXPECT_EQ(to_hex({}), "");
    EXPECT_EQ(to_hex(bytes_of(std::string_view("\x00\x0f\xa0\xff", 4))), "000fa0ff");
}

// RFC 4648 §10
TEST(base64, encodes_and_decodes_the_vectors_of_the_rfc) {
    const struct {
        std::string_view plain, padded, unpadded;
    } rows[] = {
            {"", "", ""},
            {"f", "Zg==", "Zg"},
            {"fo", "Zm8=", "Zm8"},
            {"foo", "Zm9v", "Zm9v"},
            {"foob", "Zm9vYg==", "Zm9vYg"},
            {"fooba", "Zm9vYmE=", "Zm9vYmE"},
            {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(to_base64(bytes_of(row.plain)), row.padded);
        EXPECT_EQ(to_base64url(bytes_of(row.plain)), row.unpadded);
        for (const auto text : {row.padded, row.unpadded}) {
            EXPECT_EQ(text_of(from_base64(text)), row.plain) << text;
            EXPECT_EQ(text_of(from_base64url(text)), row.plain) << text;
        }
    }
}

TEST(base64, alphabets_differ_in_the_last_two_digits_only) {
    const std::string_view plain = "\xfb\xff\xbf";
    EXPECT_EQ(to_base64(bytes_of(plain)), "+/+/");
    EXPECT_EQ(to_base64url(bytes_of(plain)), "-_-_");
    EXPECT_EQ(text_of(from_base64("+/+/")), plain);
    EXPECT_EQ(text_of(from_base64url("-_-_")), plain);
    EXPECT_FALSE(from_base64("-_-_"));
    EXPECT_FALSE(from_base64url("+/+/"));
}

TEST(base64, refuses_texts_that_it_would_not_write) {
    for (const std::string_view text : {
                 "Z",
                 "Zm9vY",
                 "Zg=",
                 "Zm8==",
                 "=",
                 "==",
                 "====",
                 "Zg==Zg==",
                 "Zm9v Zg",
                 "Zm9v\n",
                 "Zm9v\r\n",
                 "Z*==",
                 "Zh==",  // non-zero bits after the last byte
                 "Zm9=",
                 "Zm9v=",
                 "Zm9v====",
                 "Zm\xc3\xa9",
         }) {
        EXPECT_FALSE(from_base64(text)) << text;
        EXPECT_FALSE(from_base64url(text)) << text;
    }
}

TEST(base64, decodes_every_byte_that_it_encodes) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    EXPECT_EQ(text_of(from_base64(to_base64(bytes_of(all)))), all);
    EXPECT_EQ(text_of(from_base64url(to_base64url(bytes_of(all)))), all);
}

TEST(base62, has_fixed_width_and_puts_the_most_significant_digit_first) {
    EXPECT_EQ(to_base62({}, 3), "000");
    EXPECT_EQ(to_base62(bytes_of("\x01"), 2), "01");
    EXPECT_EQ(to_base62(bytes_of("\x3d"), 2), "0z");                            // 61
    EXPECT_EQ(to_base62(bytes_of("\x3e"), 2), "10");                            // 62
    EXPECT_EQ(to_base62(bytes_of(std::string_view("\x01\x00", 2)), 3), "048");  // 256 = 4 * 62 + 8
    EXPECT_EQ(to_base62(bytes_of("\xff\xff\xff\xff"), 6), "4gfFC3");            // 2^32 - 1
}

TEST(base62, encodes_32_bytes_in_43_digits_in_order) {
    std::array<std::byte, 32> low{};
    std::array<std::byte, 32> high{};
    high.fill(std::byte{0xff});
    EXPECT_EQ(to_base62(low, 43), std::string(43, '0'));
    const auto largest = to_base62(high, 43);
    EXPECT_EQ(largest.size(), 43U);
    EXPECT_NE(largest.front(), '0');
    low.back() = std::byte{1};
    EXPECT_LT(to_base62(low, 43), largest);
}

TEST(crc32, matches_zlib) {
    EXPECT_EQ(crc32(""), 0U);
    EXPECT_EQ(crc32("123456789"), 0xcbf43926U);
    EXPECT_EQ(crc32("The quick brown fox jumps over the lazy dog"), 0x414fa339U);
}

}  // namespace
}  // namespace scimd
