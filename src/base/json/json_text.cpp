#include "base/json/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace scimd {

namespace {

// Escape letter of each byte (RFC 8259 §7): a letter for the short escapes, 'u' for \u00XX, 0 for bytes that
// need no escape.
constexpr std::array<char, 256> escapes = [] {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c)
        table[c] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

char escape_of(char c) noexcept {
    return escapes[static_cast<unsigned char>(c)];
}

// Returns a number with `byte` in each of its eight bytes.
constexpr std::uint64_t in_each_byte(std::uint64_t byte) {
    return byte * 0x0101'0101'0101'0101;
}

// True if any of the eight bytes is below `least`, which must be at most 128.
constexpr bool has_byte_below(std::uint64_t bytes, std::uint64_t least) {
    return ((bytes - in_each_byte(least)) & ~bytes & in_each_byte(0x80)) != 0;
}

// Returns the number of bytes at the front of `text` that need no escape. Most texts need none at all, so
// eight bytes are examined at once.
std::size_t plain_bytes(std::string_view text) noexcept {
    std::size_t plain = 0;
    while (text.size() - plain >= sizeof(std::uint64_t)) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + plain, sizeof bytes);
        if (has_byte_below(bytes, 0x20) || has_byte_below(bytes ^ in_each_byte('"'), 1) ||
                has_byte_below(bytes ^ in_each_byte('\\'), 1))
            break;
        plain += sizeof bytes;
    }
    while (plain < text.size() && escape_of(text[plain]) == 0)
        ++plain;
    return plain;
}

void append_escaped(std::string& out, char c) {
    out += '\\';
    out += escape_of(c);
    if (escape_of(c) != 'u')
        return;
    constexpr std::string_view digits = "0123456789abcdef";
    out += "00";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
    std::array<char, 24> digits;
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), written.ptr);
}

void append_double(std::string& out, double number) {
    if (!std::isfinite(number)) {  // JSON has no representation for it
        out += "null";
        return;
    }
    std::array<char, 32> digits;
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    const std::string_view text(digits.data(), static_cast<std::size_t>(written.ptr - digits.data()));
    out += text;
    // "1" would be parsed as an integer.
    if (text.find_first_of(".e") == std::string_view::npos)
        out += ".0";
}

void append_object(std::string& out, const json::object& object) {
    char separator = '{';
    for (const auto& member : object) {
        out += separator;
        append_quoted(out, member.key());
        out += ':';
        append_text(out, member.value());
        separator = ',';
    }
    out += object.empty() ? "{}" : "}";
}

void append_array(std::string& out, const json::array& array) {
    char separator = '[';
    for (const json::value& element : array) {
        out += separator;
        append_text(out, element);
        separator = ',';
    }
    out += array.empty() ? "[]" : "]";
}

}  // namespace

std::string to_text(const json::value& value) {
    std::string out;
    append_text(out, value);
    return out;
}

std::string to_text(const json::object& object) {
    std::string out;
    append_object(out, object);
    return out;
}

// Recursion is bounded by the parser's depth limit, or by the code that built the document.
void append_text(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            return;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return;
        case json::kind::int64:
            append_integer(out, value.get_int64());
            return;
        case json::kind::uint64:
            append_integer(out, value.get_uint64());
            return;
        case json::kind::double_:
            append_double(out, value.get_double());
            return;
        case json::kind::string:
            append_quoted(out, value.get_string());
            return;
        case json::kind::array:
            append_array(out, value.get_array());
            return;
        case json::kind::object:
            append_object(out, value.get_object());
            return;
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (;;) {
        const auto plain = plain_bytes(text);
        out += text.substr(0, plain);
        if (plain == text.size())
            break;
        append_escaped(out, text[plain]);
        text.remove_prefix(plain + 1);
    }
    out += '"';
}

void append_text_member(std::string& out, std::string_view name, std::string_view value) {
    if (out.back() != '{')
        out += ',';
    append_quoted(out, name);
    out += ':';
    append_quoted(out, value);
}

}  // namespace scimd
