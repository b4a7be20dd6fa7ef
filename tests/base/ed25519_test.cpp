#include "base/crypto/ed25519.hpp"

#include "base/codec.hpp"

#include <gtest/gtest.h>

#include <charconv>

namespace scimd {
namespace {

ed25519_key key_of(std::string_view hex) {
    ed25519_key key{};
    for (std::size_t i = 0; i < key.size(); ++i) {
        unsigned char byte = 0;
        std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, byte, 16);
        key[i] = std::byte{byte};
    }
    return key;
}

// RFC 8032 §7.1, tests 1 and 2.
TEST(ed25519, matches_the_vectors_of_rfc_8032) {
    const auto first = key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    EXPECT_EQ(to_hex(ed25519_public(first)),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    EXPECT_EQ(to_hex(ed25519_sign(first, "")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b");
    const auto second = key_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    EXPECT_EQ(to_hex(ed25519_sign(second, "r")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00");
}

}  // namespace
}  // namespace scimd
