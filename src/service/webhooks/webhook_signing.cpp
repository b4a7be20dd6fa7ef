#include "service/webhooks/webhook_signing.hpp"

#include "base/codec.hpp"
#include "base/crypto/digest.hpp"
#include "base/crypto/ed25519.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace scimd::service::webhooks {

namespace {

constexpr std::string_view symmetric_prefix = "whsec_";
constexpr std::string_view private_prefix = "whsk_";
constexpr std::string_view public_prefix = "whpk_";
constexpr std::size_t symmetric_bytes = 32;

std::vector<std::byte> bytes_after(std::string_view prefix, const secret& key) {
    auto bytes = from_base64(key.reveal().substr(prefix.size()));
    if (!bytes)
        throw std::logic_error("a signing key is not base64");
    return std::move(*bytes);
}

ed25519_key private_key(const secret& key) {
    const auto bytes = bytes_after(private_prefix, key);
    if (bytes.size() != 2 * ed25519_bytes)
        throw std::logic_error("a signing key is not 64 bytes");
    ed25519_key seed;
    std::copy_n(bytes.begin(), seed.size(), seed.begin());
    return seed;
}

std::string sign_with(const secret& key, std::string_view content) {
    if (key.reveal().starts_with(symmetric_prefix))
        return "v1," + to_base64(hmac_sha256(bytes_after(symmetric_prefix, key), content));
    if (key.reveal().starts_with(private_prefix))
        return "v1a," + to_base64(ed25519_sign(private_key(key), content));
    throw std::logic_error("a signing key has no known prefix");
}

}  // namespace

std::optional<signature_kind> parse_signature_kind(std::string_view text) {
    if (text == "v1")
        return signature_kind::v1;
    return text == "v1a" ? std::optional(signature_kind::v1a) : std::nullopt;
}

std::string_view to_text(signature_kind kind) {
    return kind == signature_kind::v1 ? "v1" : "v1a";
}

secret make_signing_key(signature_kind kind, random_source& random) {
    std::array<std::byte, symmetric_bytes> bytes{};
    random.fill(bytes);
    if (kind == signature_kind::v1)
        return secret(std::string(symmetric_prefix) + to_base64(bytes));
    const auto shown = ed25519_public(bytes);
    std::vector<std::byte> pair(bytes.begin(), bytes.end());
    pair.insert(pair.end(), shown.begin(), shown.end());
    return secret(std::string(private_prefix) + to_base64(pair));
}

std::string public_key_of(const secret& key) {
    if (!key.reveal().starts_with(private_prefix))
        return {};
    return std::string(public_prefix) + to_base64(ed25519_public(private_key(key)));
}

std::string sign(std::span<const secret> keys, const message& signed_message) {
    std::string content;
    content.reserve(signed_message.id.size() + signed_message.body.size() + 24);
    content.append(signed_message.id)
            .append(".")
            .append(std::to_string(signed_message.timestamp))
            .append(".")
            .append(signed_message.body);
    std::string signatures;
    for (const auto& key : keys)
        signatures += (signatures.empty() ? "" : " ") + sign_with(key, content);
    return signatures;
}

}  // namespace scimd::service::webhooks
