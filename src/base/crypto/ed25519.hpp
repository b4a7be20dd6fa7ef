// Ed25519 signatures (RFC 8032) over OpenSSL. Pure functions; they throw only when OpenSSL itself fails.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace scimd {

constexpr std::size_t ed25519_bytes = 32;

using ed25519_key = std::array<std::byte, ed25519_bytes>;  // the seed of a private key, or a public key
using ed25519_signature = std::array<std::byte, 64>;

ed25519_key ed25519_public(const ed25519_key& seed);
ed25519_signature ed25519_sign(const ed25519_key& seed, std::string_view text);

}  // namespace scimd
