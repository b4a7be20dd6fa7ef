// String functions: ASCII and Unicode case folding, UTF-8 validation, trimming and splitting. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scimd {

class work_budget;

// ASCII only: for names of attributes, URNs, header fields and operators (RFC 7643 §2.1, RFC 9110 §5.1).
constexpr char to_lower_ascii(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower_ascii(std::string_view text);

// ALPHA and DIGIT of RFC 5234 §B.1.
constexpr bool is_alpha(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept;

std::string_view trim(std::string_view text) noexcept;  // removes spaces and tabs
std::vector<std::string_view> split(std::string_view text, char separator);

// A decoded UTF-8 character.
struct code_point {
    char32_t value = 0;
    std::size_t bytes = 0;  // 1 to 4; 0 when the text is empty or does not start with valid UTF-8
};
code_point first_code_point(std::string_view text) noexcept;

// Returns the longest prefix of at most `bytes_max` bytes that does not cut a character.
std::string_view beginning_of(std::string_view text, std::size_t bytes_max) noexcept;

bool is_ascii(std::string_view text) noexcept;
bool is_valid_utf8(std::string_view text) noexcept;

// Case-folds a text with NFKC_Casefold (UTS #46, Unicode's stable caseless match, which also maps character
// widths). Values of attributes that are not caseExact are compared, sorted and kept unique in this form (RFC
// 7644 §5, RFC 8265 §3.3). Text that is not UTF-8 is returned unchanged. Takes at most n log n steps and
// produces at most 11 bytes per input byte (U+FDFA), for any text.
std::string fold(std::string_view text);

// Charges `work` for the computation.
std::string fold(std::string_view text, work_budget& work);

// The limit of consecutive non-starters (combining marks) in UAX #15, Stream-Safe Text Format. Real languages
// have runs of fewer than ten.
constexpr std::size_t nonstarters_max = 30;

// Returns an empty text if an attribute may hold `text`: valid UTF-8 in Stream-Safe Text Format, without
// U+0000, without C0 controls other than TAB, LF and CR, and without non-characters. (PostgreSQL's text type
// cannot hold U+0000, so no store accepts it.) Otherwise returns what is wrong, to be appended to the
// attribute's name.
std::string_view why_not_storable(std::string_view text) noexcept;
bool is_storable(std::string_view text) noexcept;

// True if `part` occurs in `text`. Takes time linear in both lengths, whatever they contain.
bool contains(std::string_view text, std::string_view part) noexcept;

// True for the bidirectional controls U+202A..U+202E and U+2066..U+2069, which can make one name look like
// another.
bool has_bidi_control(std::string_view text) noexcept;

}  // namespace scimd
