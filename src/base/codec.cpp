#include "base/codec.hpp"

#include <algorithm>
#include <array>

namespace scimd {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base62_digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0xff;
using digit_values = std::array<std::uint8_t, 256>;

constexpr digit_values values_of(std::string_view digits) {
    digit_values values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr digit_values base64_values = values_of(base64_digits);
constexpr digit_values base64url_values = values_of(base64url_digits);

std::string encode_64(std::span<const std::byte> bytes, std::string_view digits) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const std::byte byte : bytes) {
        pending = pending << 8 | std::to_integer<std::uint32_t>(byte);
        for (bits += 8; bits >= 6; bits -= 6)
            out += digits[pending >> (bits - 6) & 63];
    }
    if (bits > 0)
        out += digits[pending << (6 - bits) & 63];
    return out;
}

// Accepts complete padding or none: "QQ==" and "QQ", but not "QQ=".
std::optional<std::string_view> without_padding(std::string_view text) {
    if (!text.ends_with('='))
        return text;
    if (text.size() % 4 != 0)
        return std::nullopt;
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
    return text;
}

std::optional<std::vector<std::byte>> decode_64(std::string_view text, const digit_values& values) {
    const auto digits = without_padding(text);
    if (!digits || digits->size() % 4 == 1)
        return std::nullopt;
    std::vector<std::byte> out;
    out.reserve(digits->size() * 3 / 4);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char digit : *digits) {
        const auto value = values[static_cast<unsigned char>(digit)];
        if (value == no_digit)
            return std::nullopt;
        pending = pending << 6 | value;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        out.push_back(static_cast<std::byte>(pending >> bits & 0xff));
    }
    // Left-over bits must be zero, so that no two texts encode the same bytes (RFC 4648 §3.5).
    if ((pending & ((1U << bits) - 1)) != 0)
        return std::nullopt;
    return out;
}

constexpr std::array<std::uint32_t, 256> crc32_steps = [] {
    std::array<std::uint32_t, 256> steps{};
    for (std::uint32_t i = 0; i < steps.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) != 0 ? value >> 1 ^ 0xedb88320U : value >> 1;
        steps[i] = value;
    }
    return steps;
}();

}  // namespace

std::string to_hex(std::span<const std::byte> bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        out += hex_digits[std::to_integer<std::size_t>(byte >> 4)];
        out += hex_digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return out;
}

std::string to_base32(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567";
    constexpr unsigned digit_bits = 5;
    std::string text;
    unsigned pending = 0;
    unsigned pending_bits = 0;
    for (const std::byte byte : bytes) {
        pending = (pending << 8U) | std::to_integer<unsigned>(byte);
        for (pending_bits += 8; pending_bits >= digit_bits; pending_bits -= digit_bits)
            text += digits[(pending >> (pending_bits - digit_bits)) & 31U];
    }
    if (pending_bits > 0)
        text += digits[(pending << (digit_bits - pending_bits)) & 31U];
    return text;
}

std::string to_base64(std::span<const std::byte> bytes) {
    std::string out = encode_64(bytes, base64_digits);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

std::string to_base64url(std::span<const std::byte> bytes) {
    return encode_64(bytes, base64url_digits);
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
    return decode_64(text, base64_values);
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
    return decode_64(text, base64url_values);
}

std::string to_base62(std::span<const std::byte> bytes, std::size_t digits) {
    std::vector<unsigned> quotient;
    quotient.reserve(bytes.size());
    for (const std::byte byte : bytes)
        quotient.push_back(std::to_integer<unsigned>(byte));

    std::string out(digits, base62_digits.front());
    for (auto digit = out.rbegin(); digit != out.rend(); ++digit) {
        unsigned remainder = 0;
        for (unsigned& place : quotient) {
            const unsigned dividend = remainder << 8 | place;
            place = dividend / 62;
            remainder = dividend % 62;
        }
        *digit = base62_digits[remainder];
    }
    return out;
}

std::uint32_t crc32(std::string_view text) noexcept {
    std::uint32_t value = 0xffffffffU;
    for (const char byte : text)
        value = crc32_steps[(value ^ static_cast<unsigned char>(byte)) & 0xff] ^ value >> 8;
    return ~value;
}

}  // namespace scimd
