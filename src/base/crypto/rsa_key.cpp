#include "base/crypto/rsa_key.hpp"

#include "base/crypto/openssl_bytes.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <limits>
#include <stdexcept>
#include <utility>

namespace scimd {

namespace {

template <class T>
T* must(T* made) {
    if (made == nullptr)
        throw std::runtime_error("OpenSSL failed on an RSA key");
    return made;
}

void must(bool succeeded) {
    if (!succeeded)
        throw std::runtime_error("OpenSSL failed on an RSA key");
}

long der_length(std::string_view text) {
    return text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())
                   ? 0
                   : static_cast<long>(text.size());
}

// Converts a DER text that OpenSSL allocated to a string.
std::string taken(unsigned char* der, int size) {
    must(size > 0);
    std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_clear_free(der, static_cast<std::size_t>(size));
    return text;
}

using digest_context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

digest_context make_context() {
    return {must(EVP_MD_CTX_new()), EVP_MD_CTX_free};
}

}  // namespace

void rsa_key::release::operator()(evp_pkey_st* key) const noexcept {
    EVP_PKEY_free(key);
}

rsa_key rsa_key::generate() {
    return rsa_key(handle(must(EVP_RSA_gen(rsa_bits))));
}

// Clears OpenSSL's error queue: a text that is not a key leaves its errors there, and a later caller would
// take them for its own.
std::optional<rsa_key> rsa_key::usable(handle key) {
    ERR_clear_error();
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
        return std::nullopt;
    if (EVP_PKEY_get_bits(key.get()) < static_cast<int>(rsa_bits))
        return std::nullopt;
    return rsa_key(std::move(key));
}

std::optional<rsa_key> rsa_key::from_private(std::string_view pkcs8_der) {
    const auto* at = raw(pkcs8_der);
    return usable(handle(d2i_AutoPrivateKey(nullptr, &at, der_length(pkcs8_der))));
}

std::optional<rsa_key> rsa_key::from_public(std::string_view spki_der) {
    const auto* at = raw(spki_der);
    return usable(handle(d2i_PUBKEY(nullptr, &at, der_length(spki_der))));
}

secret rsa_key::private_der() const {
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
            must(EVP_PKEY2PKCS8(key_.get())), PKCS8_PRIV_KEY_INFO_free);
    unsigned char* der = nullptr;
    const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
    return secret(taken(der, size));
}

std::string rsa_key::public_der() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    return taken(der, size);
}

std::string rsa_key::number(const char* name) const {
    BIGNUM* read = nullptr;
    must(EVP_PKEY_get_bn_param(key_.get(), name, &read) == 1);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> value(read, BN_free);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
    BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
}

std::string rsa_key::modulus() const {
    return number(OSSL_PKEY_PARAM_RSA_N);
}

std::string rsa_key::exponent() const {
    return number(OSSL_PKEY_PARAM_RSA_E);
}

std::string rsa_key::sign(std::string_view text) const {
    const auto context = make_context();
    must(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
    auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
    std::string signature(size, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(signature.data());
    must(EVP_DigestSign(context.get(), out, &size, raw(text), text.size()) == 1);
    signature.resize(size);
    return signature;
}

bool rsa_key::verify(std::string_view text, std::string_view signature) const {
    const auto context = make_context();
    must(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
    const int outcome =
            EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size());
    ERR_clear_error();
    return outcome == 1;
}

}  // namespace scimd
