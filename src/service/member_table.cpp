#include "service/member_table.hpp"

#include <utility>

namespace scimd::service {

namespace resources = store::resources;

bool stored_members::add(const resources::member_row& who)
{
    return resources::add_member(tx_, where_, group_, who);
}

std::optional<std::string> stored_members::remove(resource_id who)
{
    return resources::remove_member(tx_, where_, group_, who);
}

bool stored_members::set_display(resource_id who, std::string_view display)
{
    return resources::set_member_display(tx_, where_, group_, who, display);
}

bool stored_members::contains(resource_id who) const
{
    return resources::is_member(tx_, where_, group_, who);
}

void stored_members::each(const std::function<bool(const resources::member_row&)>& each) const
{
    resources::members_of(tx_, where_, group_, each);
}

std::int64_t stored_members::count_groups_of(resource_id member) const
{
    return resources::count_groups_of(tx_, where_, member);
}

copied_members::copied_members(store::transaction& tx, directory_id where, std::optional<resource_id> group)
    : tx_(tx), where_(where)
{
    if (!group)
        return;
    resources::members_of(tx, where, *group, [&](const resources::member_row& row) {
        rows_.emplace_hint(rows_.end(), row.id, row);
        return true;
    });
}

bool copied_members::add(const resources::member_row& who)
{
    return rows_.emplace(who.id, who).second;
}

std::optional<std::string> copied_members::remove(resource_id who)
{
    const auto place = rows_.find(who);
    if (place == rows_.end())
        return std::nullopt;
    auto display = std::move(place->second.display);
    rows_.erase(place);
    return display;
}

bool copied_members::set_display(resource_id who, std::string_view display)
{
    const auto place = rows_.find(who);
    if (place == rows_.end() || place->second.display == display)
        return false;
    place->second.display = display;
    return true;
}

bool copied_members::contains(resource_id who) const
{
    return rows_.contains(who);
}

void copied_members::each(const std::function<bool(const resources::member_row&)>& each) const
{
    for (const auto& [id, row] : rows_)
        if (!each(row))
            return;
}

// The store does not know of what is only planned.
std::int64_t copied_members::count_groups_of(resource_id member) const
{
    return resources::count_groups_of(tx_, where_, member) + 1;
}

const resources::member_row* copied_members::find(resource_id who) const
{
    const auto place = rows_.find(who);
    return place == rows_.end() ? nullptr : &place->second;
}

}  // namespace scimd::service
