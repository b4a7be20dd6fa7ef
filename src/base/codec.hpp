// base32, base64, base64url, base62 and hex. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd {

std::string to_hex(std::span<const std::byte> bytes);
std::string to_base32(std::span<const std::byte> bytes);     // RFC 4648 §6 in lower case, without padding
std::string to_base64(std::span<const std::byte> bytes);     // with padding
std::string to_base64url(std::span<const std::byte> bytes);  // without padding

// Padding may be missing (RFC 7643 §2.3.6 leaves it open); anything else outside the alphabet is refused.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);
std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

// Fixed width, digits 0-9A-Za-z, most significant first: 43 digits for 32 bytes, 6 for a CRC-32.
std::string to_base62(std::span<const std::byte> bytes, std::size_t digits);

std::uint32_t crc32(std::string_view text) noexcept;  // the polynomial of zlib

}  // namespace scimd
