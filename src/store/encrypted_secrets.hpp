// Secrets that must be read again, each at a place of its own ("signing_key/snk_42"), encrypted by the vault:
// here is the one table that holds such, so that the master key can be replaced without knowing whose they
// are.
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

// Replaces what is there.
void put(transaction& tx, const vault& key_vault, std::string_view place, std::string_view plain);

// Empty when nothing is there. Throws sql::failure when it is there and does not open.
std::optional<secret> find(transaction& tx, const vault& key_vault, std::string_view place);

void erase(transaction& tx, std::string_view place);

// The master keys that something is sealed with.
std::vector<std::string> key_ids(transaction& tx);

// Seals up to `most` of those anew that the vault's first key has not sealed; returns how many. 0: none is
// left. Throws sql::failure when one does not open.
std::int64_t seal_anew(transaction& tx, const vault& key_vault, std::int64_t most);

}  // namespace scimd::store::encrypted_secrets
