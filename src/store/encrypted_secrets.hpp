// Secrets that must be readable again (signing keys, webhook secrets), encrypted by the vault, each under a
// name of its own ("signing_key/snk_42"). All of them are in the one table sealed_values, so that the master
// key can be rotated without knowing their owners.
#pragma once

#include "base/crypto/secret.hpp"
#include "base/crypto/vault.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::encrypted_secrets {

// Inserts or replaces the secret.
void put(transaction& tx, const vault& key_vault, std::string_view place, std::string_view plain);

// Empty when there is none. Throws sql::failure when it cannot be decrypted.
std::optional<secret> find(transaction& tx, const vault& key_vault, std::string_view place);

void erase(transaction& tx, std::string_view place);

// The ids of the master keys that secrets are encrypted with.
std::vector<std::string> key_ids(transaction& tx);

// Key rotation: encrypts up to `most` secrets of other master keys again with the vault's first key; returns
// how many, 0 when none is left. Throws sql::failure when one cannot be decrypted.
std::int64_t reseal(transaction& tx, const vault& key_vault, std::int64_t most);

}  // namespace scimd::store::encrypted_secrets
