// The keys that sign OAuth access tokens. A key is published (JWKS) from its creation on, signs during a
// period, and is deleted when no token that it signed can be valid. Table signing_keys; the private keys are
// in store/encrypted_secrets.hpp.
#pragma once

#include "base/crypto/secret.hpp"
#include "base/crypto/vault.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::signing_keys {

struct key {
    signing_key_id id;
    std::string public_der;  // SubjectPublicKeyInfo
    time_point created;
    time_point signs;                     // signs tokens from then on
    std::optional<time_point> retires;    // and until then; empty: until a newer key signs
    std::optional<time_point> forgotten;  // deleted at that time
};

struct new_key {
    std::string public_der;
    secret private_der;
    time_point signs;
};
key insert(transaction& tx, const vault& key_vault, const new_key& what);

std::optional<key> find(transaction& tx, signing_key_id id);
std::vector<key> list(transaction& tx);  // oldest first, with retired keys
secret private_half(transaction& tx, const vault& key_vault,
        signing_key_id id);  // throws sql::failure when it is missing

void retire(transaction& tx, signing_key_id id, time_point when, time_point forgotten);
void erase(transaction& tx, signing_key_id id);

}  // namespace scimd::store::signing_keys
