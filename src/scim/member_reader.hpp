// One object of a definition file, read member by member. Not shared between threads.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

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

// The first failure is remembered and what cannot be read is a default, so that those who read with it stay
// straight lines and ask once at the end. Borrows the members.
class member_reader {
public:
    // `where` begins the text of the failure: the file, and in it the attribute.
    member_reader(std::string where, const json::object& members)
        : where_(std::move(where)), members_(members)
    {
    }

    void only(std::span<const std::string_view> names);

    std::string text(std::string_view name);  // empty when it is not there
    std::string required_text(std::string_view name);
    std::optional<bool> boolean(std::string_view name);
    const json::array& list(std::string_view name);
    std::vector<std::string> texts(std::string_view name);

    template <class Enum, std::size_t Count>
    Enum one_of(std::string_view name, const std::array<keyword<Enum>, Count>& keywords, Enum otherwise)
    {
        if (!find(members_, name))
            return otherwise;
        const std::string given = text(name);
        for (const auto& [word, meaning] : keywords)
            if (word == given)
                return meaning;
        fail_unknown_value(name, given);
        return otherwise;
    }

    void require(bool holds, std::string_view otherwise);
    void fail(std::string_view reason);

    [[nodiscard]] const std::optional<error>& failure() const noexcept { return failure_; }

private:
    void fail_member(std::string_view name, std::string_view reason);
    void fail_unknown_value(std::string_view name, std::string_view given);

    std::string where_;
    const json::object& members_;
    std::optional<error> failure_;
};

}  // namespace scimd::scim
