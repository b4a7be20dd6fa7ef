#include "base/crypto/rsa_key.hpp"

#include "base/codec.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <span>
#include <string>

namespace scimd {
namespace {

// Generating a key is slow, so the tests share one.
const rsa_key& a_key() {
    static const auto made = rsa_key::generate();
    return made;
}

std::string bytes(std::string_view base64url) {
    const auto decoded = from_base64url(base64url).value();
    return {reinterpret_cast<const char*>(decoded.data()), decoded.size()};
}

TEST(rsa_key_test, a_signature_verifies_for_its_text_and_key_only) {
    const auto signature = a_key().sign("text");
    EXPECT_EQ(signature.size(), 256U);
    EXPECT_TRUE(a_key().verify("text", signature));
    EXPECT_FALSE(a_key().verify("test", signature));
    EXPECT_FALSE(a_key().verify("", signature));
    EXPECT_FALSE(a_key().verify("text", ""));
    EXPECT_FALSE(a_key().verify("text", signature.substr(1)));
    EXPECT_FALSE(rsa_key::generate().verify("text", signature));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto changed = signature;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(a_key().verify("text", changed)) << i;
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(rsa_key_test, a_key_is_unchanged_after_writing_and_reading) {
    const auto whole = rsa_key::from_private(a_key().private_der().reveal());
    const auto half = rsa_key::from_public(a_key().public_der());
    ASSERT_TRUE(whole && half);
    EXPECT_EQ(whole->sign("text"), a_key().sign("text"));
    EXPECT_TRUE(half->verify("text", a_key().sign("text")));
    EXPECT_EQ(half->modulus(), a_key().modulus());
    EXPECT_EQ(half->modulus().size(), 256U);
    EXPECT_EQ(half->exponent(), std::string("\1\0\1", 3));
}

TEST(rsa_key_test, texts_that_are_no_key_are_refused) {
    const auto der = a_key().public_der();
    for (const auto& text : {std::string(), std::string("x"), der.substr(1), der.substr(0, 100)}) {
        EXPECT_FALSE(rsa_key::from_public(text));
        EXPECT_FALSE(rsa_key::from_private(text));
    }
    EXPECT_FALSE(rsa_key::from_private(der));
    // The public key of RFC 8410 §10.1, which is Ed25519.
    EXPECT_FALSE(rsa_key::from_public(bytes("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE")));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace scimd
