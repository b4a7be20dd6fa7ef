// The keys that access tokens are signed with: published from their creation on, signing from one moment to
// another, forgotten when no token of theirs can be alive. The private halves are in
// store/encrypted_secrets.hpp.
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
    time_point signs;                     // from then on
    std::optional<time_point> retires;    // until then; none: until a younger one signs
    std::optional<time_point> forgotten;  // at that time
};

struct new_key {
    std::string public_der;
    secret private_der;
    time_point signs;
};
key insert(transaction& tx, const vault& key_vault, const new_key& what);

std::optional<key> find(transaction& tx, signing_key_id id);
std::vector<key> list(transaction& tx);  // oldest first, those too that are past their end
secret private_half(
    transaction& tx, const vault& key_vault, signing_key_id id
);  // throws sql::failure: not there

void retire(transaction& tx, signing_key_id id, time_point when, time_point forgotten);
void erase(transaction& tx, signing_key_id id);

}  // namespace scimd::store::signing_keys
