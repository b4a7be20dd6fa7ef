#include "service/webhooks/webhook_signing.hpp"

#include "base/codec.hpp"
#include "support/fixed_random.hpp"

#include <gtest/gtest.h>

#include <array>

namespace scimd::service::webhooks {
namespace {

constexpr std::string_view symmetric = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view private_key =
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
constexpr message known{
        .id = "msg_p5jXN8AQM9LWM0D4loKWxJek", .timestamp = 1614265330, .body = R"({"test": 2432232314})"};
constexpr std::string_view symmetric_signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
constexpr std::string_view asymmetric_signature =
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/"
        "enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

TEST(webhook_signing, computes_the_known_vectors) {
    const std::array one{secret(std::string(symmetric))};
    EXPECT_EQ(sign(one, known), symmetric_signature);
    const std::array other{secret(std::string(private_key))};
    EXPECT_EQ(sign(other, known), asymmetric_signature);
    EXPECT_EQ(public_key_of(other[0]), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    EXPECT_EQ(public_key_of(one[0]), "");
}

TEST(webhook_signing, lists_the_signatures_of_all_keys) {
    const std::array both{secret(std::string(private_key)), secret(std::string(symmetric))};
    EXPECT_EQ(sign(both, known), std::string(asymmetric_signature) + ' ' + std::string(symmetric_signature));
    EXPECT_EQ(sign({}, known), "");
}

TEST(webhook_signing, generates_keys_without_underscores_that_receivers_can_split) {
    test::fixed_random random;
    for (int i = 0; i < 100; ++i) {
        const auto key = make_signing_key(signature_kind::v1, random);
        ASSERT_TRUE(key.reveal().starts_with("whsec_"));
        EXPECT_EQ(key.reveal().find_first_of("_-", 6), std::string_view::npos);
        EXPECT_EQ(from_base64(key.reveal().substr(6))->size(), 32U);
        const auto pair = make_signing_key(signature_kind::v1a, random);
        ASSERT_TRUE(pair.reveal().starts_with("whsk_"));
        const auto bytes = *from_base64(pair.reveal().substr(5));
        EXPECT_EQ(bytes.size(), 64U);
        EXPECT_EQ(public_key_of(pair), "whpk_" + to_base64(std::span(bytes).subspan(32)));
    }
}

TEST(webhook_signing, depends_on_each_part_of_a_message) {
    const std::array key{secret(std::string(symmetric))};
    for (const auto& other :
            {message{.id = "msg_p5jXN8AQM9LWM0D4loKWxJel", .timestamp = known.timestamp, .body = known.body},
                    message{.id = known.id, .timestamp = known.timestamp + 1, .body = known.body},
                    message{.id = known.id, .timestamp = known.timestamp, .body = R"({"test": 2432232315})"}})
        EXPECT_NE(sign(key, other), symmetric_signature);
}

TEST(webhook_signing, knows_two_kinds) {
    EXPECT_EQ(parse_signature_kind("v1"), signature_kind::v1);
    EXPECT_EQ(parse_signature_kind("v1a"), signature_kind::v1a);
    for (const auto* text : {"", "V1", "v2", "v1a "})
        EXPECT_FALSE(parse_signature_kind(text)) << text;
}

}  // namespace
}  // namespace scimd::service::webhooks
