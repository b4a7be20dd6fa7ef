// Signatures from the view of a receiver: they verify with OpenSSL alone, and do not after any single bit has
// changed.
#include "service/webhooks/webhook_signing.hpp"
#include "support/fixed_random.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace scimd::service::webhooks {
namespace {

struct end_key {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct end_context {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string decoded(std::string_view base64) {
    std::string bytes(base64.size() / 4 * 3, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
    if (EVP_DecodeBlock(out, bytes_of(base64), static_cast<int>(base64.size())) < 0)
        return {};
    const auto padding = base64.size() - base64.find_last_not_of('=') - 1;
    bytes.resize(bytes.size() - padding);
    return bytes;
}

// The key that a receiver got when it was created, without its prefix.
class verifier {
public:
    explicit verifier(std::string_view secret)
            : key_(decoded(secret.substr(secret.find('_') + 1))),
              is_symmetric_(secret.starts_with("whsec_")) {
        if (!is_symmetric_)
            public_.reset(
                    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(key_), key_.size()));
    }

    [[nodiscard]] bool accepts(std::string_view content, std::string_view signature) const {
        return is_symmetric_ ? mac(content) == signature : is_signed(content, signature);
    }

private:
    [[nodiscard]] std::string mac(std::string_view content) const {
        std::string made(EVP_MAX_MD_SIZE, '\0');
        unsigned bytes = 0;
        HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes_of(content), content.size(),
                reinterpret_cast<unsigned char*>(made.data()), &bytes);
        made.resize(bytes);
        return made;
    }
    [[nodiscard]] bool is_signed(std::string_view content, std::string_view signature) const {
        const std::unique_ptr<EVP_MD_CTX, end_context> context(EVP_MD_CTX_new());
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_.get());
        return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(content),
                       content.size()) == 1;
    }

    std::string key_;
    bool is_symmetric_;
    std::unique_ptr<EVP_PKEY, end_key> public_;
};

// Signer and receiver of one kind of signature, with keys that are reused.
class pair {
public:
    pair(signature_kind kind, random_source& random) : random_(random), kind_(kind) { renew(); }

    void renew() {
        key_[0] = make_signing_key(kind_, random_);
        const auto shown = public_key_of(key_[0]);
        receiver_ = std::make_unique<verifier>(shown.empty() ? key_[0].reveal() : shown);
    }
    // The bytes of the signature, without the version before them.
    [[nodiscard]] std::string sign(const message& what) const {
        const auto text = webhooks::sign(key_, what);
        const std::string version = std::string(to_text(kind_)) + ',';
        return text.starts_with(version) ? decoded(text.substr(version.size())) : std::string();
    }
    [[nodiscard]] bool accepts(std::string_view content, std::string_view signature) const {
        return receiver_->accepts(content, signature);
    }

private:
    random_source& random_;
    signature_kind kind_;
    std::array<secret, 1> key_;
    std::unique_ptr<verifier> receiver_;
};

std::string flipped(std::string text, std::size_t bit) {
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    return text;
}

class signatures : public testing::TestWithParam<signature_kind> {
protected:
    signatures() : chance(test::seed()), random(chance()) {}

    std::string some_body() {
        std::string body(chance() % 16 == 0 ? chance() % 4'096 : chance() % 256, '\0');
        random.fill(std::as_writable_bytes(std::span(body)));
        return body;
    }
    std::string next_id() { return "evt_" + std::to_string(chance() >> 1U); }

    std::mt19937_64 chance;
    test::fixed_random random;
};

// SCIMD_SIGNED_BODIES=1000000 for the full figure.
int bodies() {
    const auto* text = std::getenv("SCIMD_SIGNED_BODIES");
    return text ? std::atoi(text) : 3'000;
}

TEST_P(signatures, of_random_bodies_verify_unless_a_bit_has_changed) {
    constexpr int bodies_of_a_key = 100;
    pair of(GetParam(), random);
    for (int i = 0; i < bodies(); ++i) {
        if (i % bodies_of_a_key == 0)
            of.renew();
        const auto id = next_id();
        const auto body = some_body();
        const auto timestamp = static_cast<std::int64_t>(chance() % 4'000'000'000);
        const auto content = id + '.' + std::to_string(timestamp) + '.' + body;
        const auto signature = of.sign({id, timestamp, body});
        ASSERT_TRUE(of.accepts(content, signature)) << i;
        const auto bit = chance() % (8 * (content.size() + signature.size()));
        const auto bits = 8 * content.size();
        const bool is_accepted = bit < bits ? of.accepts(flipped(content, bit), signature)
                                            : of.accepts(content, flipped(signature, bit - bits));
        ASSERT_FALSE(is_accepted) << i << ", bit " << bit;
    }
}

TEST_P(signatures, do_not_verify_after_any_single_bit_has_changed) {
    const pair of(GetParam(), random);
    const message sent{.id = "evt_1", .timestamp = 1'614'265'330, .body = R"({"name":"Zoë 😀"})"};
    const auto content = "evt_1.1614265330." + std::string(sent.body);
    const auto signature = of.sign(sent);
    ASSERT_TRUE(of.accepts(content, signature));
    for (std::size_t bit = 0; bit < 8 * content.size(); ++bit)
        EXPECT_FALSE(of.accepts(flipped(content, bit), signature)) << bit;
    for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit)
        EXPECT_FALSE(of.accepts(content, flipped(signature, bit))) << bit;
}

INSTANTIATE_TEST_SUITE_P(both, signatures, testing::Values(signature_kind::v1, signature_kind::v1a),
        [](const auto& one) { return std::string(to_text(one.param)); });

}  // namespace
}  // namespace scimd::service::webhooks
