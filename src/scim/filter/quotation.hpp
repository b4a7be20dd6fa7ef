// Texts in quotation marks within filters. RFC 7644 §3.4.2.2 knows those of JSON alone; people and their
// editors write others, too: 'x', “x”, «x». Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace scimd::scim {

// Whether the text begins with a quotation mark of any kind.
bool begins_with_quotation_mark(std::string_view text) noexcept;

// Whether a quotation begins at that place of a filter: marks other than those of JSON stand within words,
// too.
bool opens_quotation(std::string_view text, std::size_t place) noexcept;

struct quotation {
    std::string_view inside;  // as written, with its escapes
    std::size_t begin = 0;    // of `inside`
    std::size_t end = 0;      // behind the closing mark
    bool is_json = false;     // in the quotation marks of JSON
};

// The quotation that opens at that place; empty when none does, or when it is not closed. A backslash takes
// the meaning from the character behind it.
std::optional<quotation> quotation_at(std::string_view text, std::size_t place) noexcept;

// Where the bracket at `open` is closed; npos: it is not. One in quotation marks closes nothing.
std::size_t closing_bracket(std::string_view text, std::size_t open) noexcept;

}  // namespace scimd::scim
