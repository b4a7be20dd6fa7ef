// Places in a list as opaque texts (RFC 9865): encrypted, so that nobody reads or makes one, and bound to the
// query they belong to. Nothing is kept of them here.
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

// The page behind a place, or the one before it.
struct cursor {
    list_place at;
    bool goes_back = false;
    std::size_t count = 0;  // of the pages

    friend bool operator==(const cursor&, const cursor&) = default;
};

// Any thread.
class cursor_seal {
public:
    // Both outlive it.
    cursor_seal(const vault& key_vault, random_source& random)
        : key_vault_(key_vault.derived("scimd list cursors"), random)
    {
    }

    // Characters that a URL takes as they are (RFC 3986 §2.3). `query` names directory, types, filter and
    // order; the text is good for scim::cursor_lifetime from `now`.
    [[nodiscard]] std::string seal(const cursor& one, std::string_view query, time_point now) const;

    // invalid_cursor: not one of this query; expired_cursor: too old; invalid_count: of pages of another
    // size.
    [[nodiscard]] result<cursor> open(
        std::string_view text, std::string_view query, std::size_t count, time_point now
    ) const;

private:
    const vault key_vault_;
};

}  // namespace scimd::service
