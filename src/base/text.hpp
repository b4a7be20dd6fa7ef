// Small things about strings. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scimd {

class work_budget;

// ASCII only: the names of attributes, URNs, header fields and operators (RFC 7643 §2.1, RFC 9110 §5.1).
constexpr char to_lower_ascii(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower_ascii(std::string_view text);

// ALPHA and DIGIT (RFC 5234 §B.1).
constexpr bool is_alpha(char c) noexcept
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept;

std::string_view trim(std::string_view text) noexcept;  // spaces and tabs
std::vector<std::string_view> split(std::string_view text, char separator);

struct code_point {
    char32_t value = 0;
    std::size_t bytes = 0;  // 1 to 4; 0 when the text is empty or does not start with valid UTF-8
};
code_point first_code_point(std::string_view text) noexcept;

// The beginning of a text that ends with a whole character.
std::string_view beginning_of(std::string_view text, std::size_t bytes_max) noexcept;

bool is_ascii(std::string_view text) noexcept;
bool is_valid_utf8(std::string_view text) noexcept;

// NFKC_Casefold (UTS #46, Unicode's stable caseless match, which also maps widths): the form in which values
// of attributes that are not caseExact are compared, ordered and kept unique (RFC 7644 §5, RFC 8265 §3.3).
// Text that is not UTF-8 is returned as it is. Takes n log n steps at most, and makes at most 11 bytes of one
// (U+FDFA), for any text.
std::string fold(std::string_view text);

// Charges `work` for it.
std::string fold(std::string_view text, work_budget& work);

// UAX #15, Stream-Safe Text Format: no more than these non-starters (combining marks) in a row. The longest
// runs of real languages have fewer than ten.
constexpr std::size_t nonstarters_max = 30;

// Empty for a string that an attribute may hold: valid UTF-8 in Stream-Safe Text Format without U+0000,
// without C0 controls but TAB, LF and CR, and without non-characters. (PostgreSQL's text cannot hold U+0000,
// so no store takes it.) Else what is wrong with it, to stand behind the name of the attribute.
std::string_view why_not_storable(std::string_view text) noexcept;
bool is_storable(std::string_view text) noexcept;

// Whether `part` stands in `text`. Takes as many steps as both are long together, whatever is in them.
bool contains(std::string_view text, std::string_view part) noexcept;

// Bidirectional controls U+202A..U+202E and U+2066..U+2069, which make a name look like another.
bool has_bidi_control(std::string_view text) noexcept;

}  // namespace scimd
