#include "base/crypto/ed25519.hpp"

#include "base/crypto/openssl_bytes.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace scimd {

namespace {

struct free_key {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct free_context {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void require(bool is_good) {
    if (!is_good)
        throw std::runtime_error("OpenSSL could not use an Ed25519 key");
}

std::unique_ptr<EVP_PKEY, free_key> open(ed25519_key seed) {
    std::unique_ptr<EVP_PKEY, free_key> key(
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()));
    require(key != nullptr);
    return key;
}

}  // namespace

ed25519_key ed25519_public(const ed25519_key& seed) {
    const auto key = open(seed);
    ed25519_key shown{};
    std::size_t length = shown.size();
    require(EVP_PKEY_get_raw_public_key(key.get(), raw(shown), &length) == 1);
    return shown;
}

ed25519_signature ed25519_sign(const ed25519_key& seed, std::string_view text) {
    const auto key = open(seed);
    const std::unique_ptr<EVP_MD_CTX, free_context> context(EVP_MD_CTX_new());
    require(context != nullptr);
    require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
    ed25519_signature signature{};
    std::size_t length = signature.size();
    const auto* content = reinterpret_cast<const unsigned char*>(text.data());
    require(EVP_DigestSign(context.get(), raw(signature), &length, content, text.size()) == 1);
    return signature;
}

}  // namespace scimd
