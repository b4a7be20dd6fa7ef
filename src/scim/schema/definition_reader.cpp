#include "scim/schema/definition_reader.hpp"

#include "base/text.hpp"
#include "scim/quoted_input.hpp"

#include <algorithm>

namespace scimd::scim {

void definition_errors::add(std::string_view where, std::string_view reason) {
    if (texts_.size() < count_max)
        texts_.push_back(std::string(where) + ": " + std::string(reason));
    else if (texts_.size() == count_max)
        texts_.emplace_back("There are more mistakes than these.");
}

// null counts as missing (RFC 7643 §2.5).
const json::value* definition_reader::given(std::string_view name) const noexcept {
    const json::value* const value = find(members_, name);
    return value && !value->is_null() ? value : nullptr;
}

void definition_reader::only(std::span<const std::string_view> names) {
    for (const auto& member : members_)
        if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
            fail("unknown member " + quoted_input(member.key()) + ".");
}

std::string definition_reader::text(std::string_view name, std::size_t bytes_max) {
    const json::value* const value = given(name);
    if (!value)
        return {};
    const json::string* const string = value->if_string();
    if (!string) {
        fail_member(name, "must be a string.");
        return {};
    }
    if (string->size() > bytes_max)
        fail_member(name, "is longer than " + std::to_string(bytes_max) + " bytes.");
    else if (const auto fault = why_not_storable(*string); !fault.empty())
        fail_member(name, fault);
    return std::string(*string);
}

std::string definition_reader::required_text(std::string_view name, std::size_t bytes_max) {
    const json::value* const value = given(name);
    const json::string* const string = value ? value->if_string() : nullptr;
    if (!value || (string && string->empty()))
        fail_member(name, "is missing or empty.");
    return text(name, bytes_max);
}

std::optional<bool> definition_reader::boolean(std::string_view name) {
    const json::value* const value = given(name);
    if (!value)
        return std::nullopt;
    if (const bool* const flag = value->if_bool())
        return *flag;
    fail_member(name, "must be true or false.");
    return std::nullopt;
}

const json::array& definition_reader::list(std::string_view name, std::size_t rows_max) {
    static const json::array none;
    const json::value* const value = given(name);
    if (!value)
        return none;
    const json::array* const rows = value->if_array();
    if (!rows) {
        fail_member(name, "must be an array.");
        return none;
    }
    if (rows->size() > rows_max) {
        fail_member(name, "has more than " + std::to_string(rows_max) + " elements.");
        return none;
    }
    return *rows;
}

std::vector<std::string> definition_reader::texts(
        std::string_view name, std::size_t rows_max, std::size_t bytes_max) {
    std::vector<std::string> rows;
    for (const json::value& each : list(name, rows_max)) {
        const json::string* const text = each.if_string();
        if (!text || text->empty() || text->size() > bytes_max) {
            fail_member(name, "must hold strings of 1 to " + std::to_string(bytes_max) + " bytes.");
            break;
        }
        rows.emplace_back(*text);
    }
    return rows;
}

void definition_reader::require(bool holds, std::string_view fallback) {
    if (!holds)
        fail(fallback);
}

void definition_reader::fail(std::string_view reason) {
    found_.add(where_, reason);
}

void definition_reader::fail_member(std::string_view name, std::string_view reason) {
    fail("'" + std::string(name) + "' " + std::string(reason));
}

void definition_reader::fail_unknown_value(std::string_view name, std::string_view given) {
    fail_member(name, "has the unknown value " + quoted_input(given) + ".");
}

}  // namespace scimd::scim
