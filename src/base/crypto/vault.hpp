// Secrets that must be read again (signing keys, webhook secrets), encrypted at rest: AES-256-GCM with a
// random nonce. Where a sealed text belongs is bound into it, so that one copied to another row does not
// open.
//
// Several master keys may be known: the first seals, each opens what it has sealed, so that a key can be
// replaced while the old one is still needed. Any thread. Throws only when OpenSSL itself fails.
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace scimd {

constexpr std::size_t master_key_bytes = 32;
constexpr std::size_t master_keys_max = 16;

struct master_key {
    std::string id;  // eight hexadecimal digits that say nothing of the key but which one it is
    secret bytes;
};

master_key make_master_key(random_source& random);

// Keys in base64 or hexadecimal, one a line or with commas between; empty lines and those that start with '#'
// are skipped. invalid_value: there is none, one is not 32 bytes, or one comes twice. The detail names the
// place, never the text.
result<std::vector<master_key>> parse_master_keys(std::string_view text);

// What parse_master_keys reads.
secret to_text(const std::vector<master_key>& keys);
secret to_text(const master_key& key);

class vault {
public:
    // At least one key. `random` must outlive the vault.
    vault(std::vector<master_key> keys, random_source& random);
    vault(const vault&) = delete;
    vault& operator=(const vault&) = delete;

    // "v1.<id of the key>.<base64url>". `bound_to` names the place, "signing_key/snk_42"; it is not kept.
    [[nodiscard]] std::string seal(std::string_view plain, std::string_view bound_to) const;

    // Empty when the text was not sealed for that place with a key that is known.
    [[nodiscard]] std::optional<secret> open(std::string_view sealed, std::string_view bound_to) const;

    // A key made of each one known, for texts that are many and short-lived: they use nothing up of what a
    // key of this vault may seal.
    [[nodiscard]] std::vector<master_key> derived(std::string_view purpose) const;

    [[nodiscard]] bool knows(std::string_view key_id) const;
    [[nodiscard]] std::string sealing_key() const;  // the id of the first

    // From now on this one seals. Those before it still open.
    void add_sealing_key(master_key key);

    // The id of the key that a text was sealed with; empty when it is none of ours.
    static std::string_view key_of(std::string_view sealed) noexcept;

private:
    mutable std::shared_mutex lock_;
    std::vector<master_key> keys_;
    random_source& random_;
};

}  // namespace scimd
