#include "base/id.hpp"

#include <charconv>

namespace scimd {

std::optional<std::int64_t> parse_snowflake(std::string_view digits) noexcept {
    // Requiring a first digit of '1' to '9' excludes sign, leading zero and empty text, which from_chars
    // would accept or skip.
    if (digits.empty() || digits.front() < '1' || digits.front() > '9')
        return std::nullopt;
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, fault] = std::from_chars(digits.data(), end, value);
    if (fault != std::errc() || stop != end)
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> parse_prefixed(std::string_view text, std::string_view prefix) noexcept {
    if (!text.starts_with(prefix))
        return std::nullopt;
    return parse_snowflake(text.substr(prefix.size()));
}

}  // namespace scimd
