// Encryption at rest for secrets that must be read back (signing keys, webhook secrets): AES-256-GCM with a
// random nonce. The place of a secret is authenticated with it, so that an encrypted text copied to another
// row cannot be decrypted.
//
// Key rotation: several master keys may be known. The first encrypts, and each decrypts what it has
// encrypted, so that a key can be replaced while the old one is still in use. Throws only when OpenSSL itself
// fails.
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

// A master key and its id.
struct master_key {
    std::string id;  // eight hexadecimal digits that identify the key and reveal nothing of it
    secret bytes;
};

master_key make_master_key(random_source& random);

// Parses keys in base64 or hexadecimal, separated by newlines or commas; empty lines and lines that begin
// with '#' are skipped. invalid_value: there is no key, one is not 32 bytes long, or one is a duplicate. The
// detail names the position, never the text.
result<std::vector<master_key>> parse_master_keys(std::string_view text);

// Writes keys in the format of parse_master_keys.
secret to_text(const std::vector<master_key>& keys);
secret to_text(const master_key& key);

// Encrypts and decrypts secrets with the known master keys. Thread-safe.
class vault {
public:
    // Requires at least one key. `random` must outlive the vault.
    vault(std::vector<master_key> keys, random_source& random);
    vault(const vault&) = delete;
    vault& operator=(const vault&) = delete;

    // Encrypts to "v1.<key id>.<base64url>". `bound_to` names the place, such as "signing_key/snk_42"; it is
    // not stored.
    [[nodiscard]] std::string seal(std::string_view plain, std::string_view bound_to) const;

    // Decrypts. Empty: the text was not encrypted for that place with a known key.
    [[nodiscard]] std::optional<secret> open(std::string_view sealed, std::string_view bound_to) const;

    // Derives a key from each known one, for texts that are numerous and short-lived: they do not count
    // towards the number of texts that a master key may encrypt.
    [[nodiscard]] std::vector<master_key> derived(std::string_view purpose) const;

    [[nodiscard]] bool knows(std::string_view key_id) const;
    [[nodiscard]] std::string sealing_key() const;  // id of the first key

    // Makes `key` the one that encrypts. The previous keys still decrypt.
    void add_sealing_key(master_key key);

    // Returns the id of the key with which a text was encrypted; empty when the text is not from a vault.
    static std::string_view key_of(std::string_view sealed) noexcept;

private:
    mutable std::shared_mutex lock_;
    std::vector<master_key> keys_;
    random_source& random_;
};

}  // namespace scimd
