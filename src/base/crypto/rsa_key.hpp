// RSA keys and the signature algorithm RS256 of JWTs (RFC 7518 §3.3: RSASSA-PKCS1-v1_5 with SHA-256). Throws
// only when OpenSSL itself fails.
#pragma once

#include "base/crypto/secret.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct evp_pkey_st;

namespace scimd {

constexpr unsigned rsa_bits = 2048;

// An RSA key, with or without its private part. Move-only value; const functions are thread-safe.
class rsa_key {
public:
    // Takes some hundred milliseconds of processor time.
    static rsa_key generate();

    // Empty: the text is not an RSA key of at least 2,048 bits.
    static std::optional<rsa_key> from_private(std::string_view pkcs8_der);
    static std::optional<rsa_key> from_public(std::string_view spki_der);

    [[nodiscard]] secret private_der() const;      // PKCS #8
    [[nodiscard]] std::string public_der() const;  // SubjectPublicKeyInfo

    // Return the numbers of a JWK (RFC 7518 §6.3.1), big-endian without leading zeros; a JWK has them in
    // base64url.
    [[nodiscard]] std::string modulus() const;
    [[nodiscard]] std::string exponent() const;

    [[nodiscard]] std::string sign(std::string_view text) const;  // requires the private key
    [[nodiscard]] bool verify(std::string_view text, std::string_view signature) const;

private:
    struct release {
        void operator()(evp_pkey_st* key) const noexcept;
    };
    using handle = std::unique_ptr<evp_pkey_st, release>;

    explicit rsa_key(handle key) : key_(std::move(key)) {}
    static std::optional<rsa_key> usable(handle key);
    [[nodiscard]] std::string number(const char* name) const;

    handle key_;
};

}  // namespace scimd
