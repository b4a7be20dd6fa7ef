// The column codec: how times, ids, optional values, enumerations and digests are stored in columns. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/crypto/digest.hpp"
#include "store/engine/sql.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::store {

// An id of base/id.hpp: a type of its own around a number.
template <class T>
concept numeric_id = requires(T id) {
    { id.value } -> std::same_as<std::int64_t&>;
};

// --- writing

// Times are stored as microseconds since 1970.
inline std::int64_t to_column(time_point when) noexcept {
    return when.time_since_epoch().count();
}
std::int64_t to_column(const numeric_id auto& id) noexcept {
    return id.value;
}
std::int64_t to_column(std::integral auto number) noexcept {
    return std::int64_t{number};
}
inline std::string_view to_column(std::string_view text) noexcept {
    return text;
}

// The parameter for a nullable column. Borrows a text.
template <class T>
sql::parameter nullable(const std::optional<T>& value) {
    return value ? sql::parameter(to_column(*value)) : sql::parameter();
}

// --- reading

inline time_point from_column(std::int64_t microseconds) noexcept {
    return time_point(std::chrono::microseconds(microseconds));
}

// Reads a number, bool, id, time or text; null is read as 0 or as an empty text.
template <class T>
T read_column(const sql::row& current, int column) {
    if constexpr (std::same_as<T, std::string>)
        return std::string(current.text(column));
    else if constexpr (std::same_as<T, time_point>)
        return from_column(current.integer(column));
    else if constexpr (std::same_as<T, bool>)
        return current.integer(column) != 0;
    else if constexpr (numeric_id<T>)
        return T{current.integer(column)};
    else
        return static_cast<T>(current.integer(column));
}

// Reads a nullable column: empty for null.
template <class T>
std::optional<T> read_optional(const sql::row& current, int column) {
    return current.is_null(column) ? std::nullopt : std::optional(read_column<T>(current, column));
}

// Reads a digest, stored as 64 hexadecimal digits. Throws sql::failure for any other text.
sha256_digest read_digest(std::string_view hex);

// --- enumerations: stored as words, listed in the order of the enumerators

template <class Enum, std::size_t Size>
std::string_view to_word(Enum value, const std::array<std::string_view, Size>& words) {
    return words.at(static_cast<std::size_t>(value));
}

// Throws sql::failure for a word that is not listed.
template <class Enum, std::size_t Size>
Enum from_word(std::string_view word, const std::array<std::string_view, Size>& words) {
    for (std::size_t i = 0; i < Size; ++i)
        if (words[i] == word)
            return static_cast<Enum>(i);
    throw sql::failure("store: the database holds an unknown word");
}

}  // namespace scimd::store
