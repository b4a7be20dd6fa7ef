// Rotation of the keys that sign access tokens. A new key is published in the JWK Set (RFC 7517) for a while
// before it signs, so that caches of the set have it in time; an old key stays published until the last token
// that it signed has expired.
#pragma once

#include "base/crypto/rsa_key.hpp"
#include "base/crypto/vault.hpp"
#include "base/error.hpp"
#include "store/engine/transaction.hpp"
#include "store/signing_keys.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace scimd::service::signing {

constexpr std::chrono::minutes lead{10};           // from publication to first use: twice the cache time
constexpr std::chrono::minutes keys_fresh_for{5};  // cache time of the JWK Set
constexpr std::chrono::hours key_life{90 * 24};    // before the scheduled rotation

bool is_published(const store::signing_keys::key& key, time_point now);

// The key that signs at that time; empty: none does.
std::optional<store::signing_keys::key> signer(
        const std::vector<store::signing_keys::key>& keys, time_point now);

// Whether a rotation is due: the newest key signs for key_life or longer. False without a key: the first one
// is created on demand.
bool is_due(const std::vector<store::signing_keys::key>& keys, time_point now);

enum class urgency {
    as_usual,  // the new key signs after `lead`; tokens of the old ones stay valid
    at_once,   // the old keys are deleted, because they may be compromised: their tokens become invalid
};

// Adds a key; the first one signs at once. conflict: a new key is published already and does not sign yet.
result<store::signing_keys::key> introduce(
        store::transaction& tx, const vault& key_vault, const rsa_key& key, urgency when);

}  // namespace scimd::service::signing
