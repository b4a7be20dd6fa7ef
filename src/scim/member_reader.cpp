#include "scim/member_reader.hpp"

#include "scim/excerpt.hpp"

#include <algorithm>

namespace scimd::scim {

void member_reader::only(std::span<const std::string_view> names)
{
    for (const auto& member : members_)
        if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
            fail("unknown member " + excerpt(member.key()) + ".");
}

std::string member_reader::text(std::string_view name)
{
    const json::value* const value = find(members_, name);
    if (!value)
        return {};
    if (const json::string* const string = value->if_string())
        return std::string(*string);
    fail_member(name, "must be a string.");
    return {};
}

std::string member_reader::required_text(std::string_view name)
{
    std::string value = text(name);
    if (value.empty())
        fail_member(name, "is missing or empty.");
    return value;
}

std::optional<bool> member_reader::boolean(std::string_view name)
{
    const json::value* const value = find(members_, name);
    if (!value)
        return std::nullopt;
    if (const bool* const given = value->if_bool())
        return *given;
    fail_member(name, "must be true or false.");
    return std::nullopt;
}

const json::array& member_reader::list(std::string_view name)
{
    static const json::array none;
    const json::value* const value = find(members_, name);
    if (!value)
        return none;
    if (const json::array* const given = value->if_array())
        return *given;
    fail_member(name, "must be an array.");
    return none;
}

std::vector<std::string> member_reader::texts(std::string_view name)
{
    std::vector<std::string> rows;
    for (const json::value& each : list(name))
        if (each.is_string())
            rows.emplace_back(each.get_string());
        else
            fail_member(name, "must hold strings.");
    return rows;
}

void member_reader::require(bool holds, std::string_view otherwise)
{
    if (!holds)
        fail(otherwise);
}

void member_reader::fail(std::string_view reason)
{
    if (!failure_)
        failure_ = error{errc::invalid_value, where_ + ": " + std::string(reason)};
}

void member_reader::fail_member(std::string_view name, std::string_view reason)
{
    fail("'" + std::string(name) + "' " + std::string(reason));
}

void member_reader::fail_unknown_value(std::string_view name, std::string_view given)
{
    fail_member(name, "has the unknown value " + excerpt(given) + ".");
}

}  // namespace scimd::scim
