#include "service/groups/membership.hpp"

#include "base/text.hpp"
#include "scim/filter/match.hpp"
#include "service/groups/member_table.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

constexpr std::uint64_t member_steps = 300;       // to match a member against a filter
constexpr std::uint64_t row_steps = 500;          // to read the row of a member
constexpr std::uint64_t added_row_steps = 5'000;  // to look up the type and the groups of a new member
constexpr std::size_t added_at_once = 1'024;

error unknown_member(std::string_view value) {
    return {errc::invalid_value, "members: this directory has no user or group with the id \"" +
                                         std::string(value.substr(0, 64)) + "\"."};
}

// The ids of `group` and of all groups that contain it, directly or through others. An error when it is
// nested too deeply, or in too many groups.
result<std::set<resource_id>> ancestors_of(store::transaction& tx, const caller& caller, resource_id group) {
    constexpr auto read_max = static_cast<std::int64_t>(group_ancestors_max) + 1;
    std::set<resource_id> seen{group};
    std::vector<resource_id> level{group};
    std::int64_t read = 0;
    for (std::size_t depth = 0; !level.empty(); ++depth) {
        if (depth == group_depth_max)
            return error{errc::invalid_value, "members: groups are nested too deeply."};
        std::vector<resource_id> next;
        for (const auto child : level) {
            for (const auto parent : resources::group_ids_of(tx, caller.directory, child, read_max - read)) {
                ++read;
                if (seen.insert(parent).second)
                    next.push_back(parent);
            }
            if (read == read_max)
                return error{errc::invalid_value,
                        "members: the group is in more than " + std::to_string(group_ancestors_max) +
                                " groups, directly or through others, and takes in no group."};
        }
        level = std::move(next);
    }
    return seen;
}

// Applies the operations of one request to the members of one group.
class member_writer {
public:
    // `group` is empty while the group is still to be created.
    member_writer(store::transaction& tx, const caller& caller, std::optional<resource_id> group,
            member_table& members)
            : tx_(tx), caller_(caller), group_(group), members_(members) {}

    result<void> operator()(const scim::add_members& operation) {
        std::vector<const scim::member*> members;
        members.reserve(operation.members.size());
        for (const auto& member : operation.members)
            members.push_back(&member);
        return add(members);
    }

    result<void> operator()(const scim::remove_members& operation) {
        for (const auto& value : operation.values)
            if (const auto one = find_resource(value))
                remove_one(*one);
        return {};
    }

    result<void> operator()(const scim::remove_members_where& operation) {
        std::vector<member_key> found;
        for_each_match(operation.condition, [&](const resources::member_row& row) {
            found.push_back({row.id, row.type});
            return true;
        });
        for (const auto& one : found)
            remove_one(one);
        return {};
    }

    // Only the difference is written: a member that stays costs no statement. The rows of present members are
    // streamed, not kept in memory.
    result<void> operator()(const scim::replace_members& operation) {
        auto given = sorted_by_id(operation.members);
        if (!given)
            return given.error();
        std::vector<member_key> others;
        result<void> outcome;
        auto next = given->begin();
        for_each_row([&](const resources::member_row& row) {
            next = std::find_if(next, given->end(), [&](const auto& one) { return one.id >= row.id; });
            bool is_kept = false;
            for (; next != given->end() && next->id == row.id && outcome; ++next) {
                outcome = check_kept(*next, row);
                is_kept = is_kept || next->is_member;
            }
            if (!is_kept)
                others.push_back({row.id, row.type});
            return outcome.has_value();
        });
        if (!outcome)
            return outcome.error();
        for (const auto& one : others)
            remove_one(one);
        std::vector<const scim::member*> added;
        for (const auto& one : *given)
            if (!one.is_member)
                added.push_back(one.given);
            else if (one.is_renamed)
                rename(one.id, one.given->display);
        std::ranges::sort(added);  // as the request has them
        return add(added);
    }

    result<void> operator()(const scim::update_members_where& operation) {
        std::vector<resource_id> found;
        for_each_match(operation.condition, [&](const resources::member_row& row) {
            if (row.display != operation.display)
                found.push_back(row.id);
            return true;
        });
        for (const auto id : found)
            rename(id, operation.display);
        return {};
    }

    result<void> operator()(const scim::expect_member& operation) {
        const auto is_member = [this](const std::string& value) { return has_member(value); };
        const bool is_there = operation.values.empty() ? has_match(operation.condition)
                                                       : std::ranges::any_of(operation.values, is_member);
        if (!is_there)
            return error{errc::no_target, "No value of members meets the filter."};
        return {};
    }

    // Applies a plan. A member that cannot be added any more is an error, or skipped.
    result<void> apply(const membership_plan& plan, bool skips_invalid) {
        for (const auto& one : plan.removed)
            remove_one({one.id, one.type});
        for (const auto& one : plan.renamed)
            rename(one.id, plan.displays.at(one.display));
        std::vector<resource_id> ids;
        ids.reserve(plan.added.size());
        for (const auto& one : plan.added)
            ids.push_back(one.id);
        const auto types = types_of(ids);
        for (const auto& one : plan.added) {
            const auto type = types.find(one.id.value);
            const bool is_there = type != types.end() && type->second == one.type;
            const auto added = is_there ? add_one({one.id, one.type, plan.displays.at(one.display)})
                                        : skip_unknown(member_id_text(caller_, one.type, one.id));
            if (!added && !skips_invalid)
                return added.error();
        }
        return {};
    }

private:
    // A member named by a request that replaces all members.
    struct given_member {
        resource_id id;
        const scim::member* given = nullptr;
        bool is_member = false;
        bool is_renamed = false;
    };

    [[nodiscard]] result<std::vector<given_member>> sorted_by_id(
            const std::vector<scim::member>& members) const {
        std::vector<given_member> given;
        given.reserve(members.size());
        for (const auto& member : members) {
            const auto id = parse_member_id(caller_, member.value);
            if (id)
                given.push_back({*id, &member});
            else if (auto skipped = skip_unknown(member.value); !skipped)
                return skipped.error();
        }
        std::ranges::stable_sort(given, {}, &given_member::id);
        return given;
    }

    [[nodiscard]] bool has_member(const std::string& value) const {
        const auto one = find_resource(value);
        return one && members_.contains(one->id);
    }

    // The user or group with that id, prefix included: "dirgroup_7" does not name the user 7.
    [[nodiscard]] std::optional<member_key> find_resource(const std::string& value) const {
        const auto id = parse_member_id(caller_, value);
        if (!id)
            return std::nullopt;
        for (auto& kind : resources::kinds_of(tx_, caller_.directory, {*id}))
            if (member_id_text(caller_, kind.type, *id) == value)
                return member_key{*id, std::move(kind.type)};
        return std::nullopt;
    }

    // Compares a listed member with the row of that number, which is a member already.
    [[nodiscard]] result<void> check_kept(given_member& one, const resources::member_row& row) const {
        const auto& given = *one.given;
        if (member_id_text(caller_, row.type, row.id) != given.value)
            return skip_unknown(given.value);
        one.is_member = true;
        one.is_renamed = !given.display.empty() && given.display != row.display;
        return check_type(given, row.type);
    }

    result<void> add(std::span<const scim::member* const> members) {
        while (!members.empty()) {
            const auto some = members.first(std::min(members.size(), added_at_once));
            if (auto added = add_some(some); !added)
                return added;
            members = members.subspan(some.size());
        }
        return {};
    }

    result<void> add_some(std::span<const scim::member* const> members) {
        charge(members.size() * added_row_steps);
        std::vector<resource_id> ids;  // 0: the value is no id
        ids.reserve(members.size());
        for (const auto* member : members) {
            const auto id = parse_member_id(caller_, member->value);
            if (!id)
                if (auto skipped = skip_unknown(member->value); !skipped)
                    return skipped;
            ids.push_back(id.value_or(resource_id()));
        }
        const auto types = types_of(ids);
        for (std::size_t i = 0; i < members.size(); ++i) {
            const auto& member = *members[i];
            const auto type = types.find(ids[i].value);
            if (type == types.end() || member_id_text(caller_, type->second, ids[i]) != member.value) {
                if (auto skipped = skip_unknown(member.value); !skipped)
                    return skipped;
                continue;
            }
            if (auto allowed = check_type(member, type->second); !allowed)
                return allowed;
            if (auto added = add_one({ids[i], type->second, member.display}); !added)
                return added.error();
        }
        return {};
    }

    [[nodiscard]] std::unordered_map<std::int64_t, std::string> types_of(
            const std::vector<resource_id>& ids) const {
        std::unordered_map<std::int64_t, std::string> types;
        for (auto& kind : resources::kinds_of(tx_, caller_.directory, ids))
            types.emplace(kind.id.value, std::move(kind.type));
        return types;
    }

    // A member that does not exist is an error, unless the directory ignores unknown members.
    [[nodiscard]] result<void> skip_unknown(std::string_view value) const {
        if (!caller_.ignores_unknown_members)
            return unknown_member(value);
        if (caller_.trace)
            caller_.trace->ignored.add("members", scim::ignored_reason::unknown_member);
        return {};
    }

    // Some clients send a wrong type (docs/compatibility.md), so the id alone decides, except in strict
    // conformance mode.
    [[nodiscard]] result<void> check_type(const scim::member& given, std::string_view type) const {
        const bool is_right = given.type.empty() || equals_ignoring_case(given.type, type);
        if (is_right || caller_.mode != scim::conformance_mode::strict)
            return {};
        return error{errc::invalid_value, "members: " + given.value + " is a " + std::string(type) + "."};
    }

    result<void> add_one(const resources::member_row& row) {
        if (row.type == "Group") {
            if (auto allowed = check_nesting(row.id); !allowed)
                return allowed.error();
        }
        if (!members_.add(row)) {
            if (!row.display.empty())
                rename(row.id, row.display);
        } else if (members_.count_groups_of(row.id) > direct_groups_max) {
            members_.remove({row.id, row.type});
            return error{errc::invalid_value, "members: " + member_id_text(caller_, row.type, row.id) +
                                                      " is in " + std::to_string(direct_groups_max) +
                                                      " groups, which are as many as it may be in."};
        }
        return {};
    }

    result<void> check_nesting(resource_id child) {
        if (!group_)
            return {};
        if (!ancestors_) {
            auto found = ancestors_of(tx_, caller_, *group_);
            if (!found)
                return found.error();
            ancestors_ = std::move(*found);
        }
        if (ancestors_->contains(child))
            return error{errc::invalid_value, "members: a group cannot be a member of itself."};
        return {};
    }

    // The number of members is limited elsewhere, so these steps do not count against the budget of the whole
    // request; they only count as time that its thread has spent.
    void charge(std::uint64_t steps) {
        caller_.work->allow(steps);
        caller_.work->charge(steps);
    }

    void rename(resource_id id, std::string_view display) {
        charge(row_steps);
        members_.set_display(id, display);
    }

    void remove_one(const member_key& one) {
        charge(row_steps);
        members_.remove(one);
    }

    void for_each_row(const std::function<bool(const resources::member_row&)>& visit) {
        members_.for_each([&](const resources::member_row& row) {
            charge(row_steps);
            return visit(row);
        });
    }

    void for_each_match(
            const scim::filter& condition, const std::function<bool(const resources::member_row&)>& visit) {
        for_each_row([&](const resources::member_row& row) {
            caller_.work->charge(member_steps);
            json::object member{{"value", member_id_text(caller_, row.type, row.id)}, {"type", row.type}};
            if (!row.display.empty())
                member["display"] = row.display;
            return !scim::matches_value(condition, member, *caller_.work) || visit(row);
        });
    }

    bool has_match(const scim::filter& condition) {
        bool is_found = false;
        for_each_match(condition, [&](const resources::member_row&) {
            is_found = true;
            return false;
        });
        return is_found;
    }

    store::transaction& tx_;
    const caller& caller_;
    std::optional<resource_id> group_;
    member_table& members_;
    std::optional<std::set<resource_id>> ancestors_;  // read when the first group is added
};

}  // namespace

void membership_change::note_added(const resources::member_row& member) {
    const auto [place, is_new] = changes_.try_emplace(member.id, entry{member, true});
    if (is_new)
        return;
    // Removed earlier by this request, so that only its display may differ now.
    if (place->second.row.display != member.display)
        renamed_.insert(member.id);
    changes_.erase(place);
}

void membership_change::note_renamed(resource_id member) {
    // A member that this request has added is new, whatever its display.
    if (!changes_.contains(member))
        renamed_.insert(member);
}

void membership_change::note_removed(const resources::member_row& member) {
    const auto [place, is_new] = changes_.try_emplace(member.id, entry{member, false});
    if (!is_new)
        changes_.erase(place);
}

std::vector<resources::member_row> membership_change::listed(bool is_added) const {
    std::vector<resources::member_row> rows;
    for (const auto& [id, change] : changes_)
        if (change.is_added == is_added)
            rows.push_back(change.row);
    return rows;
}

result<membership_change> apply_members(store::transaction& tx, const caller& caller, resource_id group,
        const std::vector<scim::membership_operation>& operations) {
    stored_members members(tx, caller.directory, group);
    member_writer writer(tx, caller, group, members);
    for (const auto& operation : operations)
        if (auto done = std::visit(writer, operation); !done)
            return done.error();
    return members.take();
}

result<membership_plan> plan_members(store::transaction& tx, const caller& caller,
        std::optional<resource_id> group, const std::vector<scim::membership_operation>& operations) {
    planned_members members(tx, caller.directory, group);
    member_writer writer(tx, caller, group, members);
    for (const auto& operation : operations)
        if (auto done = std::visit(writer, operation); !done)
            return done.error();
    return members.take();
}

result<membership_change> apply_plan(
        store::transaction& tx, const caller& caller, resource_id group, const membership_plan& plan) {
    stored_members members(tx, caller.directory, group);
    member_writer writer(tx, caller, group, members);
    if (auto done = writer.apply(plan, false); !done)
        return done.error();
    return members.take();
}

membership_change apply_accepted_plan(
        store::transaction& tx, const caller& caller, resource_id group, const membership_plan& plan) {
    stored_members members(tx, caller.directory, group);
    member_writer writer(tx, caller, group, members);
    static_cast<void>(writer.apply(plan, true));
    return members.take();
}

std::optional<resource_id> parse_member_id(const caller& caller, std::string_view text) {
    for (const auto& type : caller.schemas->resource_types()) {
        const bool can_be_member = type.name == "User" || type.name == "Group";
        const auto number = parse_prefixed(text, type.id_prefix);
        if (can_be_member && number)
            return resource_id{*number};
    }
    return std::nullopt;
}

std::string member_id_text(const caller& caller, std::string_view type, resource_id id) {
    const auto* known = caller.schemas->find_type(type);
    return known ? known->id_prefix + std::to_string(id.value) : std::string();
}

}  // namespace scimd::service
