#include "store/prefix_range.hpp"

#include "base/text.hpp"

#include <string_view>

namespace scimd::store {

namespace {

void append_utf8(std::string& out, char32_t c) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xc0 | (c >> 6));
        tail(0);
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | (c >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | (c >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace

std::string end_of_prefix(std::string prefix) {
    constexpr char32_t before_surrogates = 0xd7ff;
    constexpr char32_t behind_surrogates = 0xe000;
    constexpr char32_t last_code_point = 0x10ffff;
    while (!prefix.empty()) {
        std::size_t start = prefix.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(prefix[start]) & 0xc0) == 0x80)
            --start;
        const char32_t last = first_code_point(std::string_view(prefix).substr(start)).value;
        prefix.resize(start);
        if (last == last_code_point)
            continue;
        append_utf8(prefix, last == before_surrogates ? behind_surrogates : last + 1);
        return prefix;
    }
    return prefix;
}

}  // namespace scimd::store
