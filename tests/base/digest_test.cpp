#include "base/crypto/digest.hpp"

#include "base/bytes_of.hpp"
#include "base/codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd {
namespace {

// FIPS 180-4, examples of the NIST
TEST(sha256, matches_the_published_vectors) {
    EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// RFC 4231 §4.2, §4.3, §4.7
TEST(hmac_sha256, matches_the_vectors_of_rfc_4231) {
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of(std::string(20, '\x0b')), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of(std::string(131, '\xaa')),
                      "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hmac_sha256, accepts_an_empty_key) {
    const std::string_view expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    EXPECT_EQ(to_hex(hmac_sha256({}, "")), expected);
    hmac_sha256(bytes_of("another key"), "");
    EXPECT_EQ(to_hex(hmac_sha256({}, "")), expected);
}

TEST(constant_time_equal, compares_length_and_every_byte) {
    EXPECT_TRUE(constant_time_equal({}, {}));
    EXPECT_TRUE(constant_time_equal(bytes_of("abc"), bytes_of("abc")));
    EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("abd")));
    EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("bbc")));
    EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("ab")));
    EXPECT_FALSE(constant_time_equal(bytes_of("abc"), {}));
}

}  // namespace
}  // namespace scimd
