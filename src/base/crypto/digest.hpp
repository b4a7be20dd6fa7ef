// SHA-256, HMAC and constant-time comparison over OpenSSL. Pure functions; they throw only when OpenSSL
// itself fails.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace scimd {

using sha256_digest = std::array<std::byte, 32>;

sha256_digest sha256(std::string_view text);
sha256_digest hmac_sha256(std::span<const std::byte> key, std::string_view text);

// Takes time that depends only on the lengths (protection against timing attacks).
bool constant_time_equal(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

}  // namespace scimd
