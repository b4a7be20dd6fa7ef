#include "base/network/domain_name.hpp"

#include "base/text.hpp"

#include <idn2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace scimd {

namespace {

constexpr std::size_t name_bytes_max = 253;         // RFC 1035 §2.3.4, without the root
constexpr std::size_t label_bytes_max = 63;         // RFC 1035 §2.3.4
constexpr std::size_t input_bytes_max = 4 * 253;    // UTF-8, before conversion to A-labels
constexpr std::size_t address_bytes_max = 254;      // RFC 5321 §4.5.3.1.3, without the angle brackets
constexpr std::size_t local_part_bytes_max = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::string_view alabel_prefix = "xn--";  // RFC 5890 §2.3.2.1

error refusal(std::string reason) {
    return {errc::invalid_value, "The domain name is refused: " + std::move(reason) + "."};
}

constexpr bool is_letter_or_digit(char c) noexcept {
    return is_digit(c) || is_alpha(c);
}

// True for characters that the mapping of UTS #46 would turn into ASCII letters or dots, or drop silently:
// the stored name would differ from the one that was read.
bool would_vanish(char32_t c) noexcept {
    const bool is_full_width_ascii = c >= 0xff01 && c <= 0xff5e;
    const bool is_other_dot = c == 0x3002 || c == 0xff61 || c == 0x2024;
    const bool is_joiner = c == 0x200c || c == 0x200d;  // RFC 5892 A.1 and A.2: allowed in context
    const bool is_ignorable =
            u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
    return is_full_width_ascii || is_other_dot || (is_ignorable && !is_joiner);
}

result<void> check_characters(std::string_view text) {
    while (!text.empty()) {
        const code_point next = first_code_point(text);
        if (next.bytes == 0)
            return refusal("it is not UTF-8");
        const char front = text.front();
        if (next.bytes == 1 && !is_letter_or_digit(front) && front != '-' && front != '.')
            return refusal("it may hold letters, digits, hyphens and dots");
        if (next.bytes > 1 && would_vanish(next.value))
            return refusal("it holds a character that stands for another or for none");
        text.remove_prefix(next.bytes);
    }
    return {};
}

result<void> check_label(std::string_view label) {
    if (label.empty())
        return refusal("a label is empty");
    if (is_ascii(label) && label.size() > label_bytes_max)
        return refusal("a label is longer than 63 bytes");
    if (label.starts_with('-') || label.ends_with('-'))
        return refusal("a label starts or ends with a hyphen");
    return {};
}

// True for a last label that makes resolvers read the name as an IP address: "10.1", "127.0.0.0x1".
bool is_number(std::string_view label) noexcept {
    const bool is_hexadecimal = label.starts_with("0x") || label.starts_with("0X");
    return is_hexadecimal || std::all_of(label.begin(), label.end(), is_digit);
}

result<void> check_labels(std::string_view name) {
    const auto labels = split(name, '.');
    for (const std::string_view label : labels)
        if (auto checked = check_label(label); !checked)
            return checked;
    if (labels.size() < 2)
        return refusal("it has a single label");
    if (is_number(labels.back()))
        return refusal("its last label is a number, as in an IP address");
    return {};
}

struct idn2_deleter {
    void operator()(char* text) const noexcept { idn2_free(text); }
};
using idn2_string = std::unique_ptr<char, idn2_deleter>;

constexpr int idn2_profile = IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES;

result<std::string> accept_idn2(int status, char* text) {
    const idn2_string owned(text);
    if (status == IDN2_MALLOC)
        throw std::bad_alloc();
    if (status != IDN2_OK)
        return refusal(std::string("IDNA 2008 does not allow it (") + idn2_strerror(status) + ")");
    return std::string(owned.get());
}

result<std::string> to_alabels(const std::string& name) {
    char* text = nullptr;
    const int status = idn2_to_ascii_8z(name.c_str(), &text, idn2_profile);
    return accept_idn2(status, text);
}

result<std::string> to_ulabels(const std::string& name) {
    char* text = nullptr;
    const int status = idn2_to_unicode_8z8z(name.c_str(), &text, idn2_profile);
    return accept_idn2(status, text);
}

// True if every label that is not ASCII has become an A-label: "ﬁ" would otherwise become plain "fi".
bool keeps_its_script(std::string_view before, std::string_view after) {
    const auto written = split(before, '.');
    const auto stored = split(after, '.');
    return std::equal(written.begin(), written.end(), stored.begin(), stored.end(),
            [](auto left, auto right) { return is_ascii(left) || right.starts_with(alabel_prefix); });
}

// Requires an A-label to be the only form of its U-label (RFC 5891 §5.4); others are forgeries.
result<void> check_round_trip(const std::string& name) {
    const auto ulabels = to_ulabels(name);
    if (!ulabels)
        return ulabels.error();
    const auto again = to_alabels(*ulabels);
    if (!again)
        return again.error();
    if (*again != name)
        return refusal("it is not the A-label form of any name");
    return {};
}

bool has_alabel(std::string_view name) {
    const auto labels = split(name, '.');
    return std::any_of(labels.begin(), labels.end(),
            [](std::string_view label) { return label.starts_with(alabel_prefix); });
}

// Converts to A-labels. libidn2 deletes some characters silently ("ex_ample" becomes "example") and accepts
// empty labels, so its result is checked like its input.
result<std::string> normalize_international(const std::string& name) {
    auto stored = to_alabels(name);
    if (!stored)
        return stored.error();
    if (!is_ascii(*stored))
        return refusal("it has no form in ASCII");
    if (auto checked = check_characters(*stored); !checked)
        return checked.error();
    if (auto checked = check_labels(*stored); !checked)
        return checked.error();
    if (!keeps_its_script(name, *stored))
        return refusal("it holds a character that stands for another or for none");
    return to_lower_ascii(*stored);
}

constexpr bool is_atom_character(char c) noexcept {
    constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
    const bool is_international = static_cast<unsigned char>(c) >= 0x80;  // RFC 6531 §3.3
    return is_letter_or_digit(c) || is_international || others.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view local) {
    const auto atoms = split(local, '.');
    return std::all_of(atoms.begin(), atoms.end(), [](std::string_view atom) {
        return !atom.empty() && std::all_of(atom.begin(), atom.end(), is_atom_character);
    });
}

// Parsers that look for the first '@', or that map widths (U+FF20, U+FE6B), would find another domain after
// it.
bool has_at_sign(std::string_view local) {
    return contains(local, "@") || contains(local, "\xef\xbc\xa0") || contains(local, "\xef\xb9\xab");
}

bool is_quoted_string(std::string_view local) {
    if (local.size() < 2 || !local.starts_with('"') || !local.ends_with('"'))
        return false;
    const std::string_view content = local.substr(1, local.size() - 2);
    bool is_escaped = false;
    for (const char c : content) {
        const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (is_control || (c == '"' && !is_escaped))
            return false;
        is_escaped = c == '\\' && !is_escaped;
    }
    return !is_escaped;
}

}  // namespace

result<domain_name> domain_name::parse(std::string_view text) {
    if (text.ends_with('.'))
        text.remove_suffix(1);
    if (text.size() > input_bytes_max)
        return refusal("it is longer than 253 bytes");
    if (auto checked = check_characters(text); !checked)
        return checked.error();
    if (auto checked = check_labels(text); !checked)
        return checked.error();

    std::string name = to_lower_ascii(text);
    if (!is_ascii(name)) {
        auto normalized = normalize_international(name);
        if (!normalized)
            return normalized.error();
        name = std::move(*normalized);
    }
    if (name.size() > name_bytes_max)
        return refusal("it is longer than 253 bytes");
    if (has_alabel(name)) {
        if (auto checked = check_round_trip(name); !checked)
            return checked.error();
    }
    return domain_name(std::move(name));
}

bool domain_name::is_below(const domain_name& ancestor) const noexcept {
    const std::string_view name = text_;
    const std::string_view above = ancestor.text_;
    return name.size() > above.size() && name.ends_with(above) && name[name.size() - above.size() - 1] == '.';
}

result<domain_name> domain_of_email(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos)
        return error{errc::invalid_value, "The e-mail address has no '@'."};
    if (address.size() > address_bytes_max)
        return error{errc::invalid_value, "The e-mail address is longer than 254 bytes."};
    const std::string_view local = address.substr(0, at);
    if (local.size() > local_part_bytes_max)
        return error{errc::invalid_value, "The local part of the e-mail address is longer than 64 bytes."};
    if (!is_valid_utf8(local) || !(is_dot_atom(local) || is_quoted_string(local)))
        return error{errc::invalid_value, "The local part of the e-mail address is malformed."};
    if (has_at_sign(local))
        return error{errc::invalid_value, "The local part of the e-mail address has an '@' of its own."};
    if (address.ends_with('.'))
        return error{errc::invalid_value, "The e-mail address ends with a dot."};
    return domain_name::parse(address.substr(at + 1));
}

}  // namespace scimd
