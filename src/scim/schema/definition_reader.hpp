// Reads one object of a schema definition file, member by member, and collects its errors. Not thread-safe.
#pragma once

#include "base/json/json.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::scim {

template <class Enum>
using keyword = std::pair<std::string_view, Enum>;

// Errors in definition files with their positions, in order of discovery, so that all of them can be reported
// at once.
class definition_errors {
public:
    static constexpr std::size_t count_max = 100;  // one more says that there are others

    void add(std::string_view where, std::string_view reason);

    [[nodiscard]] bool empty() const noexcept { return texts_.empty(); }
    [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }

private:
    std::vector<std::string> texts_;
};

// Reads members. A member that cannot be read gives a default value, so that the calling code needs no
// branches. Borrows both arguments.
class definition_reader {
public:
    // `where` begins the text of each error: the file, and the attribute in it.
    definition_reader(std::string where, const json::object& members, definition_errors& found)
            : where_(std::move(where)), members_(members), found_(found) {}

    void only(std::span<const std::string_view> names);

    std::string text(std::string_view name, std::size_t bytes_max);  // empty if missing
    std::string required_text(std::string_view name, std::size_t bytes_max);
    std::optional<bool> boolean(std::string_view name);
    const json::array& list(std::string_view name, std::size_t rows_max);
    std::vector<std::string> texts(std::string_view name, std::size_t rows_max, std::size_t bytes_max);

    template <class Enum, std::size_t Count>
    std::optional<Enum> one_of(std::string_view name, const std::array<keyword<Enum>, Count>& keywords) {
        const json::value* const value = given(name);
        if (!value)
            return std::nullopt;
        const json::string* const text = value->if_string();
        if (!text) {
            fail_member(name, "must be a string.");
            return std::nullopt;
        }
        for (const auto& [word, meaning] : keywords)
            if (word == std::string_view(*text))
                return meaning;
        fail_unknown_value(name, *text);
        return std::nullopt;
    }

    void require(bool holds, std::string_view fallback);
    void fail(std::string_view reason);

    [[nodiscard]] const std::string& where() const noexcept { return where_; }

private:
    [[nodiscard]] const json::value* given(std::string_view name) const noexcept;
    void fail_member(std::string_view name, std::string_view reason);
    void fail_unknown_value(std::string_view name, std::string_view given);

    std::string where_;
    const json::object& members_;
    definition_errors& found_;
};

}  // namespace scimd::scim
