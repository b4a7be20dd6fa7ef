#include "service/auth/tokens.hpp"

#include "base/codec.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace scimd::service {
namespace {

constexpr std::size_t checksum_digits = 6;
constexpr std::size_t random_digits = 43;
constexpr std::size_t suffix_characters = 4;

std::string checksum(std::string_view text) {
    const std::uint32_t crc = crc32(text);
    std::array<std::byte, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(crc >> (24 - 8 * i));
    return to_base62(bytes, checksum_digits);
}

}  // namespace

minted_token mint_token(random_source& random, std::string_view prefix) {
    std::array<std::byte, 32> bytes{};
    random.fill(bytes);
    std::string text(prefix);
    text += to_base62(bytes, random_digits);
    text += checksum(text);
    const auto digest = sha256(text);
    auto suffix = text.substr(text.size() - suffix_characters);
    return minted_token{secret(std::move(text)), digest, std::move(suffix)};
}

bool is_plausible_token(std::string_view text, std::string_view prefix) {
    if (text.size() != prefix.size() + random_digits + checksum_digits)
        return false;
    if (!text.starts_with(prefix))
        return false;
    const auto body = text.substr(0, text.size() - checksum_digits);
    return checksum(body) == text.substr(body.size());
}

std::optional<sha256_digest> digest_of_token(std::string_view text, std::string_view prefix) {
    return is_plausible_token(text, prefix) ? std::optional(sha256(text)) : std::nullopt;
}

}  // namespace scimd::service
