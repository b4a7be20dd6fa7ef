// Quotation marks in filters. RFC 7644 §3.4.2.2 knows only those of JSON; people and editors use others: 'x',
// “x”, «x». Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace scimd::scim {

// True if the text begins with a quotation mark of any kind.
bool begins_with_quotation_mark(std::string_view text) noexcept;

// True if a quotation begins at that position of a filter: marks other than those of JSON occur within words
// as well.
bool opens_quotation(std::string_view text, std::size_t place) noexcept;

// A quoted text and its position.
struct quotation {
    std::string_view inside;  // as written, with its escapes
    std::size_t begin = 0;    // of `inside`
    std::size_t end = 0;      // after the closing mark
    bool is_json = false;     // in the quotation marks of JSON
};

// Returns the quotation that begins at that position; empty when there is none or it is not closed. A
// backslash escapes the next character.
std::optional<quotation> quotation_at(std::string_view text, std::size_t place) noexcept;

// Returns the position of the bracket that closes the one at `open`; npos: there is none. Brackets in
// quotation marks do not count.
std::size_t closing_bracket(std::string_view text, std::size_t open) noexcept;

}  // namespace scimd::scim
