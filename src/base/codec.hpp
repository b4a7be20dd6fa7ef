// Encodings of binary data: base32, base64, base64url, base62, hex and CRC-32. Pure functions.
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

// Decoders. Padding may be missing, because RFC 7643 §2.3.6 does not require it; anything else outside the
// alphabet is an error.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);
std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

// Encodes in a fixed width, digits 0-9A-Za-z, most significant first: 43 digits for 32 bytes, 6 for a CRC-32.
std::string to_base62(std::span<const std::byte> bytes, std::size_t digits);

std::uint32_t crc32(std::string_view text) noexcept;  // zlib's polynomial

}  // namespace scimd
