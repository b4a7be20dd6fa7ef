// Long texts made of repeated parts, for tests of limits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::test {

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string made;
    made.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        made += text;
    return made;
}

// Joins `count` copies of `term` with `by`; '#' in a copy is replaced by its number.
inline std::string joined(std::string_view term, std::string_view by, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += i == 0 ? std::string_view() : by;
        std::string one(term);
        if (const auto at = one.find('#'); at != std::string::npos)
            one.replace(at, 1, std::to_string(i));
        text += one;
    }
    return text;
}

}  // namespace scimd::test
