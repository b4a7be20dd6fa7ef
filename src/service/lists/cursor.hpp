// Cursors for pagination (RFC 9865): a position in a list as an opaque token. Tokens are encrypted, so that
// clients can neither read nor forge one, and bound to their query. The server keeps no state for them.
#pragma once

#include "base/clock.hpp"
#include "base/crypto/random.hpp"
#include "base/crypto/vault.hpp"
#include "base/error.hpp"
#include "service/lists/list_order.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::service {

// Names the page after a position, or the page before it.
struct cursor {
    list_place at;
    bool goes_back = false;
    std::size_t count = 0;  // page size

    friend bool operator==(const cursor&, const cursor&) = default;
};

// Encrypts and decrypts cursors. Immutable: may be used on any thread.
class cursor_seal {
public:
    // Key vault and random source outlive it.
    cursor_seal(const vault& key_vault, random_source& random)
            : key_vault_(key_vault.derived("scimd list cursors"), random) {}

    // Encodes a cursor in characters that need no escaping in a URL (RFC 3986 §2.3). `query` identifies
    // directory, types, filter and order. The token is valid for scim::cursor_lifetime from `now`.
    [[nodiscard]] std::string seal(const cursor& position, std::string_view query, time_point now) const;

    // Decodes a token. invalid_cursor: not a token of this query; expired_cursor: too old; invalid_count:
    // issued for another page size.
    [[nodiscard]] result<cursor> open(
            std::string_view token, std::string_view query, std::size_t count, time_point now) const;

private:
    const vault key_vault_;
};

}  // namespace scimd::service
