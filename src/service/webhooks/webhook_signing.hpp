// Signatures of Standard Webhooks 1.0: v1 (HMAC-SHA256) and v1a (Ed25519). Pure, except for the random
// source.
#pragma once

#include "base/clock.hpp"
#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "base/error.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace scimd::service::webhooks {

enum class signature_kind { v1, v1a };

std::optional<signature_kind> parse_signature_kind(std::string_view text);
std::string_view to_text(signature_kind kind);

// Generates a key: "whsec_" and 32 bytes in base64, or "whsk_" and the 64 bytes of an Ed25519 seed with its
// public key. Base64url is not used, because libraries of receivers split the text at '_'.
secret make_signing_key(signature_kind kind, random_source& random);

// The public key "whpk_…" of a "whsk_…" key; empty for the other kind.
std::string public_key_of(const secret& key);

// The signed parts of a delivery.
struct message {
    std::string_view id;         // of the event, equal in every attempt
    std::int64_t timestamp = 0;  // of this attempt, seconds since 1970
    std::string_view body;       // the bytes that are sent
};

// "v1,…" or "v1a,…", depending on the key's prefix; the signatures of several keys are separated by spaces.
// Throws std::logic_error for a text that is not a key: stored keys come from make_signing_key().
std::string sign(std::span<const secret> keys, const message& signed_message);

}  // namespace scimd::service::webhooks
