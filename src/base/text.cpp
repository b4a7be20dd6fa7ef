#include "base/text.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <stdexcept>

namespace scimd {

namespace {

// Calls `accept` with every code point until it says no; false then, and when the text is not UTF-8.
template <class Accept>
bool all_code_points(std::string_view text, Accept accept) noexcept
{
    while (!text.empty()) {
        const code_point next = first_code_point(text);
        if (next.bytes == 0 || !accept(next.value))
            return false;
        text.remove_prefix(next.bytes);
    }
    return true;
}

constexpr bool is_noncharacter(char32_t c) noexcept
{
    return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

constexpr bool is_bidi_control(char32_t c) noexcept
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

std::size_t sequence_bytes(unsigned char lead) noexcept
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    if (lead >= 0xf0 && lead <= 0xf4)
        return 4;
    return 0;
}

std::string normalized(std::string_view text, const icu::Normalizer2& form)
{
    std::string out;
    icu::StringByteSink<std::string> sink(&out);
    const icu::StringPiece source(text.data(), static_cast<std::int32_t>(text.size()));
    UErrorCode status = U_ZERO_ERROR;
    form.normalizeUTF8(0, source, sink, nullptr, status);
    if (U_FAILURE(status))
        throw std::runtime_error(std::string("ICU could not fold a string: ") + u_errorName(status));
    return out;
}

}  // namespace

std::string to_lower_ascii(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return to_lower_ascii(c); });
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    if (a == b)  // as nearly all that are equal are written
        return true;
    return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
        return to_lower_ascii(x) == to_lower_ascii(y);
    });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept
{
    return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

// RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF.
code_point first_code_point(std::string_view text) noexcept
{
    if (text.empty())
        return {};
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = sequence_bytes(lead);
    if (bytes == 0 || bytes > text.size())
        return {};
    if (bytes == 1)
        return {.value = lead, .bytes = 1};

    char32_t value = lead & (0xffU >> (bytes + 1));
    for (const char next : text.substr(1, bytes - 1)) {
        const auto continuation = static_cast<unsigned char>(next);
        if ((continuation & 0xc0) != 0x80)
            return {};
        value = value << 6 | (continuation & 0x3fU);
    }
    const bool is_overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
    const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (is_overlong || is_surrogate || value > 0x10ffff)
        return {};
    return {.value = value, .bytes = bytes};
}

bool is_ascii(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_valid_utf8(std::string_view text) noexcept
{
    return all_code_points(text, [](char32_t) { return true; });
}

std::string fold(std::string_view text)
{
    if (is_ascii(text))
        return to_lower_ascii(text);
    if (!is_valid_utf8(text))
        return std::string(text);

    // Decomposed first, as Unicode's caseless matching of identifiers wants it (D147): folding makes a letter
    // of the mark U+0345, and marks behind it would end up on that letter.
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* const decomposing = icu::Normalizer2::getNFDInstance(status);
    const icu::Normalizer2* const folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status))
        throw std::runtime_error(std::string("ICU has no rules of normalization: ") + u_errorName(status));
    return normalized(normalized(text, *decomposing), *folding);
}

bool is_storable(std::string_view text) noexcept
{
    return all_code_points(text, [](char32_t c) {
        const bool is_control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
        return !is_control && !is_noncharacter(c);
    });
}

bool has_bidi_control(std::string_view text) noexcept
{
    while (!text.empty()) {
        const code_point next = first_code_point(text);
        if (is_bidi_control(next.value))
            return true;
        text.remove_prefix(std::max<std::size_t>(next.bytes, 1));
    }
    return false;
}

}  // namespace scimd
