// The words of an enumeration in the database, in its order.
#pragma once

#include "store/engine/sql.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace scimd::store {

template <class Enum, std::size_t Size>
std::string_view to_word(Enum value, const std::array<std::string_view, Size>& words)
{
    return words.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t Size>
Enum from_word(std::string_view word, const std::array<std::string_view, Size>& words)
{
    for (std::size_t i = 0; i < Size; ++i)
        if (words[i] == word)
            return static_cast<Enum>(i);
    throw sql::failure("store: the database holds an unknown word");
}

}  // namespace scimd::store
