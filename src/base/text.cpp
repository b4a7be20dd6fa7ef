#include "base/text.hpp"

#include "base/work_budget.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <tuple>

namespace scimd {

namespace {

// Calls `accept` with every code point until it returns false. Returns false in that case, and for invalid
// UTF-8.
template <class Accept>
bool all_code_points(std::string_view text, Accept accept) noexcept {
    while (!text.empty()) {
        const code_point next = first_code_point(text);
        if (next.bytes == 0 || !accept(next.value))
            return false;
        text.remove_prefix(next.bytes);
    }
    return true;
}

// Fast path: nearly all text is printable ASCII, and this check is much faster than decoding.
bool is_printable_ascii(std::string_view text) noexcept {
    constexpr unsigned first = 0x20;
    constexpr unsigned count = 0x5f;
    unsigned others = 0;
    for (const char c : text)
        others |= static_cast<unsigned>(static_cast<unsigned char>(c) - first >= count);
    return others == 0;
}

constexpr bool is_noncharacter(char32_t c) noexcept {
    return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

constexpr bool is_bidi_control(char32_t c) noexcept {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

std::size_t sequence_bytes(unsigned char lead) noexcept {
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

// Steps per byte of text that ICU processes twice.
constexpr std::uint64_t folded_byte_steps = 40;
constexpr std::uint64_t long_run_byte_steps = 100;

struct normalization_forms {
    const icu::Normalizer2& nfd;
    const icu::Normalizer2& nfkd;
    const icu::Normalizer2& nfc;
    const icu::Normalizer2& nfkc_casefold;
};

const normalization_forms& forms() {
    static const normalization_forms made = [] {
        UErrorCode status = U_ZERO_ERROR;
        const auto* const nfd = icu::Normalizer2::getNFDInstance(status);
        const auto* const nfkd = icu::Normalizer2::getNFKDInstance(status);
        const auto* const nfc = icu::Normalizer2::getNFCInstance(status);
        const auto* const nfkc_casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
        if (U_FAILURE(status))
            throw std::runtime_error(
                    std::string("ICU has no rules of normalization: ") + u_errorName(status));
        return normalization_forms{*nfd, *nfkd, *nfc, *nfkc_casefold};
    }();
    return made;
}

std::string normalized(std::string_view text, const icu::Normalizer2& form) {
    std::string out;
    icu::StringByteSink<std::string> sink(&out);
    const icu::StringPiece source(text.data(), static_cast<std::int32_t>(text.size()));
    UErrorCode status = U_ZERO_ERROR;
    form.normalizeUTF8(0, source, sink, nullptr, status);
    if (U_FAILURE(status))
        throw std::runtime_error(std::string("ICU could not fold a string: ") + u_errorName(status));
    return out;
}

// --- long runs of non-starters: ICU sorts each run by insertion, which takes n² steps

template <class Each>
void each_code_point(const icu::UnicodeString& text, Each each) {
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        each(static_cast<char32_t>(text.char32At(i)));
}

// Calls `each` with the code points of the decomposition of `one`.
template <class Each>
void each_decomposed(char32_t one, const icu::Normalizer2& form, icu::UnicodeString& mapping, Each each) {
    if (form.getDecomposition(static_cast<UChar32>(one), mapping))
        each_code_point(mapping, each);
    else
        each(one);
}

// Quick check for a run longer than nonstarters_max; false is definite. A code point without a boundary
// before it counts as if its whole decomposition were non-starters.
bool may_have_long_run(std::string_view text) noexcept {
    constexpr char32_t first_combining = 0x300;
    constexpr char32_t soft_hyphen = 0xad;  // the only character below first_combining that folding removes
    constexpr std::size_t latin_marks_max = 2;
    constexpr std::size_t marks_max = 4;  // per code point, in any form
    const auto& rules = forms();
    std::size_t run = 0;
    const bool is_short = all_code_points(text, [&](char32_t c) {
        if (c == soft_hyphen)
            return true;
        if (c < first_combining) {
            run = c < 0x80 ? 0 : latin_marks_max;
            return true;
        }
        const auto one = static_cast<UChar32>(c);
        const bool starts = rules.nfkd.hasBoundaryBefore(one) && rules.nfkc_casefold.hasBoundaryBefore(one);
        run = starts ? marks_max : run + marks_max;
        return run <= nonstarters_max;
    });
    return !is_short;
}

// Characters that folding removes (U+034F among them) do not end a run: the marks around them become one run.
bool is_stream_safe(std::string_view text) noexcept {
    if (!may_have_long_run(text))
        return true;
    const auto& rules = forms();
    icu::UnicodeString mapping;
    std::size_t run = 0;
    return all_code_points(text, [&](char32_t c) {
        if (rules.nfkc_casefold.getDecomposition(static_cast<UChar32>(c), mapping) && mapping.isEmpty())
            return true;
        bool is_short = true;
        each_decomposed(c, rules.nfkd, mapping, [&](char32_t part) {
            run = rules.nfd.getCombiningClass(static_cast<UChar32>(part)) == 0 ? 0 : run + 1;
            is_short = is_short && run <= nonstarters_max;
        });
        return is_short;
    });
}

// Applies the canonical ordering of UAX #15: marks are sorted by class, and those of one class keep their
// order.
void order_marks(std::u32string& text) {
    struct mark {
        std::uint8_t combining_class;
        std::size_t place;
        char32_t code_point;
    };
    const auto class_of = [](char32_t c) { return forms().nfd.getCombiningClass(static_cast<UChar32>(c)); };
    std::vector<mark> run;
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
        run.clear();
        for (end = begin; end < text.size(); ++end) {
            const auto combining_class = class_of(text[end]);
            if (combining_class == 0)
                break;
            run.push_back({combining_class, end, text[end]});
        }
        std::sort(run.begin(), run.end(), [](const mark& a, const mark& b) {
            return std::tie(a.combining_class, a.place) < std::tie(b.combining_class, b.place);
        });
        for (std::size_t i = 0; i < run.size(); ++i)
            text[begin + i] = run[i].code_point;
    }
}

// Decomposes the whole text, in canonical order.
std::u32string decomposed(std::u32string_view text, const icu::Normalizer2& form) {
    std::u32string out;
    icu::UnicodeString mapping;
    for (const char32_t c : text)
        each_decomposed(c, form, mapping, [&out](char32_t part) { out += part; });
    order_marks(out);
    return out;
}

// Computes fold() by Unicode's definitions instead of ICU's optimized functions: for text with long runs,
// which only earlier versions can have stored.
std::string fold_long_runs(std::string_view text) {
    std::u32string points;
    all_code_points(text, [&points](char32_t c) {
        points += c;
        return true;
    });
    const auto folded = decomposed(decomposed(points, forms().nfd), forms().nfkc_casefold);
    const auto source = icu::UnicodeString::fromUTF32(
            reinterpret_cast<const UChar32*>(folded.data()), static_cast<std::int32_t>(folded.size()));
    UErrorCode status = U_ZERO_ERROR;
    const auto composed = forms().nfc.normalize(source, status);
    if (U_FAILURE(status))
        throw std::runtime_error(std::string("ICU could not compose a string: ") + u_errorName(status));
    std::string out;
    composed.toUTF8String(out);
    return out;
}

}  // namespace

std::string to_lower_ascii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return to_lower_ascii(c); });
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size())
        return false;
    if (a == b)  // fast path: equal names are nearly always written alike
        return true;
    return std::equal(a.begin(), a.end(), b.begin(),
            [](char x, char y) { return to_lower_ascii(x) == to_lower_ascii(y); });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
    return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

// Decodes by RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF.
code_point first_code_point(std::string_view text) noexcept {
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

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) noexcept {
    const auto is_continuation = [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    };
    if (text.size() <= bytes_max)
        return text;
    auto end = bytes_max;
    while (end > 0 && is_continuation(text[end]))
        --end;
    return text.substr(0, end);
}

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_valid_utf8(std::string_view text) noexcept {
    return all_code_points(text, [](char32_t) { return true; });
}

std::string fold(std::string_view text) {
    return fold(text, unlimited_work());
}

std::string fold(std::string_view text, work_budget& work) {
    work.charge(text.size());
    if (is_ascii(text))
        return to_lower_ascii(text);
    work.charge(text.size() * folded_byte_steps);
    if (!is_valid_utf8(text))
        return std::string(text);
    if (!is_stream_safe(text)) {
        work.charge(text.size() * long_run_byte_steps);
        return fold_long_runs(text);
    }
    // The text is decomposed first, as Unicode's caseless matching of identifiers requires (D147): folding
    // turns the mark U+0345 into a letter, and marks after it would otherwise combine with that letter.
    auto folded = normalized(normalized(text, forms().nfd), forms().nfkc_casefold);
    work.charge(folded.size());
    return folded;
}

std::string_view why_not_storable(std::string_view text) noexcept {
    if (is_printable_ascii(text))
        return {};
    const bool is_clean = all_code_points(text, [](char32_t c) {
        const bool is_control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
        return !is_control && !is_noncharacter(c);
    });
    if (!is_clean)
        return "holds control characters or no valid Unicode.";
    return is_stream_safe(text) ? "" : "holds more than 30 combining marks in a row.";
}

bool is_storable(std::string_view text) noexcept {
    return why_not_storable(text).empty();
}

bool contains(std::string_view text, std::string_view part) noexcept {
    return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

bool has_bidi_control(std::string_view text) noexcept {
    while (!text.empty()) {
        const code_point next = first_code_point(text);
        if (is_bidi_control(next.value))
            return true;
        text.remove_prefix(std::max<std::size_t>(next.bytes, 1));
    }
    return false;
}

}  // namespace scimd
