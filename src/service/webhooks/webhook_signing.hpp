// Signatures of Standard Webhooks 1.0: v1 (HMAC-SHA256) and v1a (Ed25519). Pure but for the making of keys.
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

// "whsec_" and 32 bytes in base64, or "whsk_" and the 64 bytes of an Ed25519 seed with its public key. Never
// the alphabet of URLs: receivers' libraries split the text at '_'.
secret make_signing_key(signature_kind kind, random_source& random);

// "whpk_…" of a "whsk_…" key; empty for one of the other kind.
std::string public_key_of(const secret& key);

struct message {
    std::string_view id;         // the event's: the same at every attempt
    std::int64_t timestamp = 0;  // seconds, of this attempt
    std::string_view body;       // the bytes that are sent
};

// "v1,…" or "v1a,…", as the key's prefix says; signatures of several keys with a space between.
// Throws std::logic_error for a text that is no key: what is stored was made here.
std::string sign(std::span<const secret> keys, const message& what);

}  // namespace scimd::service::webhooks
