// Which key signs when: a new one is published for a while before it signs, so that whoever keeps a copy of
// our keys has it in time; an old one stays published until the last token of its has expired.
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

constexpr std::chrono::minutes lead{10};  // twice as long as we let others keep a copy
constexpr std::chrono::minutes keys_fresh_for{5};
constexpr std::chrono::hours key_life{90 * 24};  // then the schedule replaces it

bool is_published(const store::signing_keys::key& one, time_point now);

// The one that signs at that time; empty: none does.
std::optional<store::signing_keys::key> signer(
    const std::vector<store::signing_keys::key>& keys, time_point now
);

// Whether the schedule wants another key: there is one, and none younger than its life is on the way.
bool is_due(const std::vector<store::signing_keys::key>& keys, time_point now);

enum class urgency {
    as_usual,  // signs after the lead; tokens of the others stay good
    at_once,   // the others are not to be trusted any more: their tokens end here
};

// The first key signs at once. conflict: a new key is published already and does not sign yet.
result<store::signing_keys::key> introduce(
    store::transaction& tx, const vault& key_vault, const rsa_key& fresh, urgency how
);

}  // namespace scimd::service::signing
