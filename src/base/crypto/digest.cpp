#include "base/crypto/digest.hpp"

#include "base/crypto/openssl_bytes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits>
#include <memory>
#include <stdexcept>

namespace scimd {

namespace {

// Caches the implementation of SHA-256: EVP_sha256() looks it up under a lock on every use.
const EVP_MD* sha256_method() {
    static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> fetched(
            EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
    return fetched.get();
}

}  // namespace

sha256_digest sha256(std::string_view text) {
    sha256_digest digest{};
    if (EVP_Digest(text.data(), text.size(), raw(digest), nullptr, sha256_method(), nullptr) != 1)
        throw std::runtime_error("OpenSSL could not compute a SHA-256 digest");
    return digest;
}

sha256_digest hmac_sha256(std::span<const std::byte> key, std::string_view text) {
    if (key.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw std::length_error("the key of an HMAC is too long for OpenSSL");
    sha256_digest digest{};
    // HMAC() takes a null key to mean "the previous key", so an empty key needs an address as well.
    const void* const key_data = key.empty() ? static_cast<const void*>("") : key.data();
    const auto key_size = static_cast<int>(key.size());
    if (HMAC(sha256_method(), key_data, key_size, raw(text), text.size(), raw(digest), nullptr) == nullptr)
        throw std::runtime_error("OpenSSL could not compute an HMAC");
    return digest;
}

bool constant_time_equal(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
    if (a.size() != b.size())
        return false;
    return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace scimd
