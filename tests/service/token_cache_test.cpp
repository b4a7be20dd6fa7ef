#include "service/auth/token_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::service {
namespace {

presented_token token_of(std::int64_t client) {
    presented_token made{};
    made.claims.client = client_id{client};
    made.signed_text = "signed";
    made.signature = "signature";
    return made;
}

sha256_digest digest_of(std::int64_t number) {
    return sha256(std::to_string(number));
}

TEST(token_cache_test, a_token_is_found_by_its_digest_without_signed_text_and_signature) {
    token_cache known;
    EXPECT_FALSE(known.find(digest_of(1)));
    known.remember(digest_of(1), token_of(1));
    const auto found = known.find(digest_of(1));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->claims.client, client_id{1});
    EXPECT_TRUE(found->signed_text.empty());
    EXPECT_TRUE(found->signature.empty());
    EXPECT_FALSE(known.find(digest_of(2)));
}

TEST(token_cache_test, unused_tokens_are_dropped_and_used_ones_stay) {
    token_cache known(10);
    for (std::int64_t number = 0; number < 100; ++number) {
        known.remember(digest_of(number), token_of(number));
        EXPECT_TRUE(known.find(digest_of(0))) << number;
    }
    int kept = 0;
    for (std::int64_t number = 1; number < 100; ++number)
        kept += known.find(digest_of(number)) ? 1 : 0;
    EXPECT_GE(kept, 9);
    EXPECT_LE(kept, 20) << "two generations of ten";
    EXPECT_TRUE(known.find(digest_of(99)));
}

}  // namespace
}  // namespace scimd::service
