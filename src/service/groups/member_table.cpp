#include "service/groups/member_table.hpp"

#include <utility>

namespace scimd::service {

namespace resources = store::resources;

bool stored_members::add(const resources::member_row& member) {
    if (!resources::add_member(tx_, directory_, group_, member))
        return false;
    change_.note_added(member);
    return true;
}

bool stored_members::remove(const member_key& member) {
    auto display = resources::remove_member(tx_, directory_, group_, member.id);
    if (!display)
        return false;
    change_.note_removed({member.id, member.type, std::move(*display)});
    return true;
}

bool stored_members::set_display(resource_id member, std::string_view display) {
    if (!resources::set_member_display(tx_, directory_, group_, member, display))
        return false;
    change_.note_renamed(member);
    return true;
}

bool stored_members::contains(resource_id member) const {
    return resources::is_member(tx_, directory_, group_, member);
}

void stored_members::for_each(const std::function<bool(const resources::member_row&)>& visit) const {
    resources::members_of(tx_, directory_, group_, visit);
}

std::int64_t stored_members::count_groups_of(resource_id member) const {
    return resources::count_groups_of(tx_, directory_, member);
}

bool planned_members::add(const resources::member_row& member) {
    const auto place = entries_.find(member.id);
    if (place == entries_.end()) {
        if (group_ && resources::is_member(tx_, directory_, *group_, member.id))
            return false;
        entries_.emplace(member.id,
                entry{member.type, false, true, member.display.empty() ? nullptr : share(member.display)});
        return true;
    }
    if (place->second.is_member)
        return false;
    place->second.is_member = true;
    set_display(place, member.display);
    return true;
}

bool planned_members::remove(const member_key& member) {
    const auto place = entries_.find(member.id);
    if (place == entries_.end()) {
        if (!group_ || !resources::is_member(tx_, directory_, *group_, member.id))
            return false;
        entries_.emplace(member.id, entry{member.type, true, false});
        return true;
    }
    if (!place->second.is_member)
        return false;
    if (place->second.was_member)
        place->second = {member.type, true, false};
    else
        entries_.erase(place);
    return true;
}

bool planned_members::set_display(resource_id member, std::string_view display) {
    const auto place = entries_.find(member);
    if (place == entries_.end()) {
        const auto stored = stored_display(member);
        if (!stored || *stored == display)
            return false;
        entries_.emplace(member, entry{{}, true, true, share(display)});
        return true;
    }
    const auto& change = place->second;
    const bool is_same = change.display ? change.display->first == display : display.empty();
    if (!change.is_member || is_same)
        return false;
    set_display(place, display);
    return true;
}

bool planned_members::contains(resource_id member) const {
    const auto place = entries_.find(member);
    if (place != entries_.end())
        return place->second.is_member;
    return group_ && resources::is_member(tx_, directory_, *group_, member);
}

void planned_members::for_each(const std::function<bool(const resources::member_row&)>& visit) const {
    static const std::string none;
    bool goes_on = true;
    auto next = entries_.begin();
    const auto show_added = [&] {
        const auto& [id, member] = *next++;
        if (member.is_member)
            goes_on = visit({id, member.type, member.display ? member.display->first : none});
    };
    const auto merge = [&](const resources::member_row& row) {
        while (goes_on && next != entries_.end() && next->first < row.id)
            show_added();
        if (!goes_on)
            return false;
        if (next == entries_.end() || next->first != row.id)
            return goes_on = visit(row);
        const auto& member = next++->second;
        if (member.is_member)
            goes_on = visit({row.id, row.type, member.display ? member.display->first : row.display});
        return goes_on;
    };
    if (group_)
        resources::members_of(tx_, directory_, *group_, merge);
    while (goes_on && next != entries_.end())
        show_added();
}

// The store does not count a membership that is only planned.
std::int64_t planned_members::count_groups_of(resource_id member) const {
    const auto place = entries_.find(member);
    const bool is_new = place != entries_.end() && !place->second.was_member && place->second.is_member;
    return resources::count_groups_of(tx_, directory_, member) + (is_new ? 1 : 0);
}

membership_plan planned_members::take() {
    displays_.try_emplace(std::string());  // the first of all texts
    membership_plan plan;
    plan.displays.clear();
    for (auto& [text, number] : displays_) {
        number = plan.displays.size();
        plan.displays.push_back(text);
    }
    for (auto& [id, member] : entries_) {
        const auto display = member.display ? member.display->second : 0;
        if (!member.is_member)
            plan.removed.push_back({id, std::move(member.type), 0});
        else if (!member.was_member)
            plan.added.push_back({id, std::move(member.type), display});
        else
            plan.renamed.push_back({id, std::move(member.type), display});
    }
    entries_.clear();
    displays_.clear();
    return plan;
}

std::optional<std::string> planned_members::stored_display(resource_id member) const {
    return group_ ? resources::display_of_member(tx_, directory_, *group_, member) : std::nullopt;
}

const planned_members::display_index::value_type* planned_members::share(std::string_view display) {
    const auto place = displays_.find(display);
    return place != displays_.end() ? &*place : &*displays_.emplace(std::string(display), 0).first;
}

// A member whose display is back to that of its row needs no entry.
void planned_members::set_display(entries::iterator place, std::string_view display) {
    auto& member = place->second;
    if (member.was_member && stored_display(place->first) == display)
        entries_.erase(place);
    else
        member.display = share(display);
}

}  // namespace scimd::service
