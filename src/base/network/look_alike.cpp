#include "base/network/look_alike.hpp"

#include "base/text.hpp"

#include <idn2.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <set>
#include <vector>

namespace scimd {
namespace {

constexpr std::string_view punycode_prefix = "xn--";  // RFC 5890 §2.3.2.1

using script_set = std::set<UScriptCode>;

// Cyrillic and Greek letters that look like Latin ones (UTS #39, confusables.txt).
constexpr std::u32string_view latin_shapes =
        U"асԁеһіјӏорԛѕԝхуҽѵ"
        U"αοινρυκχ";

std::u32string unicode_label(std::string_view label) {
    const std::string text(label);
    char* made = nullptr;
    const int status = idn2_to_unicode_8z8z(text.c_str(), &made, IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, void (*)(void*)> owned(made, idn2_free);
    if (status == IDN2_MALLOC)
        throw std::bad_alloc();
    std::u32string characters;
    std::string_view rest = status == IDN2_OK ? std::string_view(made) : label;
    while (!rest.empty()) {
        const auto next = first_code_point(rest);
        characters += next.value;
        rest.remove_prefix(std::max<std::size_t>(next.bytes, 1));
    }
    return characters;
}

// Returns the scripts in which a character is used; empty: common to all scripts.
script_set scripts_of(char32_t character) {
    std::array<UScriptCode, 64> found{};
    UErrorCode status = U_ZERO_ERROR;
    const auto count = uscript_getScriptExtensions(
            static_cast<UChar32>(character), found.data(), static_cast<std::int32_t>(found.size()), &status);
    script_set scripts;
    for (std::int32_t i = 0; U_SUCCESS(status) && i < count; ++i)
        scripts.insert(found[static_cast<std::size_t>(i)]);
    if (scripts.contains(USCRIPT_COMMON) || scripts.contains(USCRIPT_INHERITED))
        scripts.clear();
    return scripts;
}

// True if each character belongs to at least one of the scripts.
bool is_within(const std::vector<script_set>& characters, const script_set& allowed) {
    return std::ranges::all_of(characters, [&](const script_set& of) {
        return of.empty() || std::ranges::any_of(of, [&](UScriptCode one) { return allowed.contains(one); });
    });
}

bool mixes_scripts(std::u32string_view label) {
    static const std::array<script_set, 3> together = {
            script_set{USCRIPT_LATIN, USCRIPT_HAN, USCRIPT_HIRAGANA, USCRIPT_KATAKANA},
            script_set{USCRIPT_LATIN, USCRIPT_HAN, USCRIPT_BOPOMOFO},
            script_set{USCRIPT_LATIN, USCRIPT_HAN, USCRIPT_HANGUL},
    };
    std::vector<script_set> characters;
    script_set seen;
    for (const auto character : label) {
        characters.push_back(scripts_of(character));
        seen.insert(characters.back().begin(), characters.back().end());
    }
    const bool is_single =
            std::ranges::any_of(seen, [&](UScriptCode one) { return is_within(characters, {one}); });
    if (seen.empty() || is_single)
        return false;
    return std::ranges::none_of(together, [&](const script_set& of) { return is_within(characters, of); });
}

// True if all letters look like Latin ones and none is Latin.
bool looks_latin(std::u32string_view label) {
    const auto is_shape = [](char32_t c) { return latin_shapes.find(c) != std::u32string_view::npos; };
    const auto is_neutral = [](char32_t c) { return c == U'-' || (c >= U'0' && c <= U'9'); };
    return std::ranges::any_of(label, is_shape) &&
           std::ranges::all_of(label, [&](char32_t c) { return is_shape(c) || is_neutral(c); });
}

}  // namespace

std::string_view look_alike_kind(const domain_name& name) {
    for (const auto label : split(name.text(), '.')) {
        if (!label.starts_with(punycode_prefix))
            continue;
        const auto characters = unicode_label(label);
        if (mixes_scripts(characters))
            return "mixed_scripts";
        if (looks_latin(characters))
            return "latin_look_alike";
    }
    return {};
}

std::string look_alike_warning(const domain_name& name) {
    const auto kind = look_alike_kind(name);
    if (kind == "mixed_scripts")
        return "A label of " + name.text() +
               " mixes letters of several scripts: it may be taken for another name.";
    if (kind == "latin_look_alike")
        return "A label of " + name.text() +
               " consists of letters that look Latin and are not: it may be taken for another name.";
    return {};
}

}  // namespace scimd
