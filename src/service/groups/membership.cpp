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

constexpr std::uint64_t member_steps = 300;       // to read one for a filter
constexpr std::uint64_t row_steps = 500;          // to read the row of a member
constexpr std::uint64_t added_row_steps = 5'000;  // to look up what a new one is, and where it is a member
constexpr std::size_t added_at_once = 1'024;

error unknown_member(std::string_view value)
{
    return {
        errc::invalid_value,
        "members: this directory has no user or group with the id \"" + std::string(value.substr(0, 64)) +
            "\"."
    };
}

// The ids of all groups that `group` is in, directly or through others, and itself. An error: nested too
// deeply, or in too many.
result<std::set<resource_id>> ancestors_of(store::transaction& tx, const caller& who, resource_id group)
{
    constexpr auto read_max = static_cast<std::int64_t>(group_ancestors_max) + 1;
    std::set<resource_id> seen{group};
    std::vector<resource_id> level{group};
    std::int64_t read = 0;
    for (std::size_t depth = 0; !level.empty(); ++depth) {
        if (depth == group_depth_max)
            return error{errc::invalid_value, "members: groups are nested too deeply."};
        std::vector<resource_id> next;
        for (const auto child : level) {
            for (const auto parent : resources::group_ids_of(tx, who.directory, child, read_max - read)) {
                ++read;
                if (seen.insert(parent).second)
                    next.push_back(parent);
            }
            if (read == read_max)
                return error{
                    errc::invalid_value,
                    "members: the group is in more than " + std::to_string(group_ancestors_max) +
                        " groups, directly or through others, and takes in no group."
                };
        }
        level = std::move(next);
    }
    return seen;
}

// Applies one request's operations to one group.
class member_writer {
public:
    // `group` stays empty while it is still to be created.
    member_writer(
        store::transaction& tx, const caller& who, std::optional<resource_id> group, member_table& members
    )
        : tx_(tx), who_(who), group_(group), members_(members)
    {
    }

    result<void> operator()(const scim::add_members& operation)
    {
        std::vector<const scim::member*> members;
        members.reserve(operation.members.size());
        for (const auto& member : operation.members)
            members.push_back(&member);
        return add(members);
    }

    result<void> operator()(const scim::remove_members& operation)
    {
        for (const auto& value : operation.values)
            if (const auto one = find_resource(value))
                remove_one(*one);
        return {};
    }

    result<void> operator()(const scim::remove_members_where& operation)
    {
        std::vector<member_key> found;
        each_match(operation.condition, [&](const resources::member_row& row) {
            found.push_back({row.id, row.type});
            return true;
        });
        for (const auto& one : found)
            remove_one(one);
        return {};
    }

    // Only the difference is written; who stays costs no statement. Of those who are members nothing is kept
    // in memory.
    result<void> operator()(const scim::replace_members& operation)
    {
        auto given = by_id(operation.members);
        if (!given)
            return given.error();
        std::vector<member_key> others;
        result<void> outcome;
        auto next = given->begin();
        each_row([&](const resources::member_row& row) {
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

    result<void> operator()(const scim::update_members_where& operation)
    {
        std::vector<resource_id> found;
        each_match(operation.condition, [&](const resources::member_row& row) {
            if (row.display != operation.display)
                found.push_back(row.id);
            return true;
        });
        for (const auto id : found)
            rename(id, operation.display);
        return {};
    }

    result<void> operator()(const scim::expect_member& operation)
    {
        const auto is_one = [this](const std::string& value) { return has_member(value); };
        const bool is_there = operation.values.empty() ? has_match(operation.condition)
                                                       : std::ranges::any_of(operation.values, is_one);
        if (!is_there)
            return error{errc::no_target, "No value of members meets the filter."};
        return {};
    }

    // What was planned. Members that can be added no more are an error, or left out.
    result<void> apply(const membership_plan& plan, bool leaves_out)
    {
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
                                        : pass_over(member_id_text(who_, one.type, one.id));
            if (!added && !leaves_out)
                return added.error();
        }
        return {};
    }

private:
    // A member of a request that names all members.
    struct given_member {
        resource_id id;
        const scim::member* given = nullptr;
        bool is_member = false;
        bool is_renamed = false;
    };

    [[nodiscard]] result<std::vector<given_member>> by_id(const std::vector<scim::member>& members) const
    {
        std::vector<given_member> given;
        given.reserve(members.size());
        for (const auto& member : members) {
            const auto id = parse_member_id(who_, member.value);
            if (id)
                given.push_back({*id, &member});
            else if (auto passed = pass_over(member.value); !passed)
                return passed.error();
        }
        std::ranges::stable_sort(given, {}, &given_member::id);
        return given;
    }

    [[nodiscard]] bool has_member(const std::string& value) const
    {
        const auto one = find_resource(value);
        return one && members_.contains(one->id);
    }

    // The user or group whose whole id that is: "dirgroup_7" is no name of the user 7.
    [[nodiscard]] std::optional<member_key> find_resource(const std::string& value) const
    {
        const auto id = parse_member_id(who_, value);
        if (!id)
            return std::nullopt;
        for (auto& kind : resources::kinds_of(tx_, who_.directory, {*id}))
            if (member_id_text(who_, kind.type, *id) == value)
                return member_key{*id, std::move(kind.type)};
        return std::nullopt;
    }

    // One that is a member already, and is listed again.
    [[nodiscard]] result<void> check_kept(given_member& one, const resources::member_row& row) const
    {
        const auto& given = *one.given;
        if (member_id_text(who_, row.type, row.id) != given.value)
            return pass_over(given.value);
        one.is_member = true;
        one.is_renamed = !given.display.empty() && given.display != row.display;
        return check_type(given, row.type);
    }

    result<void> add(std::span<const scim::member* const> members)
    {
        while (!members.empty()) {
            const auto some = members.first(std::min(members.size(), added_at_once));
            if (auto added = add_some(some); !added)
                return added;
            members = members.subspan(some.size());
        }
        return {};
    }

    result<void> add_some(std::span<const scim::member* const> members)
    {
        charge(members.size() * added_row_steps);
        std::vector<resource_id> ids;  // 0: the value is no id
        ids.reserve(members.size());
        for (const auto* member : members) {
            const auto id = parse_member_id(who_, member->value);
            if (!id)
                if (auto passed = pass_over(member->value); !passed)
                    return passed;
            ids.push_back(id.value_or(resource_id()));
        }
        const auto types = types_of(ids);
        for (std::size_t i = 0; i < members.size(); ++i) {
            const auto& member = *members[i];
            const auto type = types.find(ids[i].value);
            if (type == types.end() || member_id_text(who_, type->second, ids[i]) != member.value) {
                if (auto passed = pass_over(member.value); !passed)
                    return passed;
                continue;
            }
            if (auto allowed = check_type(member, type->second); !allowed)
                return allowed;
            if (auto added = add_one({ids[i], type->second, member.display}); !added)
                return added.error();
        }
        return {};
    }

    [[nodiscard]] std::unordered_map<std::int64_t, std::string> types_of(const std::vector<resource_id>& ids
    ) const
    {
        std::unordered_map<std::int64_t, std::string> types;
        for (auto& kind : resources::kinds_of(tx_, who_.directory, ids))
            types.emplace(kind.id.value, std::move(kind.type));
        return types;
    }

    // A member that is not there is an error, unless the directory ignores unknown members.
    [[nodiscard]] result<void> pass_over(std::string_view value) const
    {
        if (!who_.ignores_unknown_members)
            return unknown_member(value);
        if (who_.trace)
            who_.trace->ignored.add("members", scim::ignored_reason::unknown_member);
        return {};
    }

    // Clients err in the type (docs/compatibility.md), so the id alone tells, but where the RFC is taken at
    // its word.
    [[nodiscard]] result<void> check_type(const scim::member& given, std::string_view type) const
    {
        const bool is_right = given.type.empty() || equals_ignoring_case(given.type, type);
        if (is_right || who_.mode != scim::conformance_mode::strict)
            return {};
        return error{errc::invalid_value, "members: " + given.value + " is a " + std::string(type) + "."};
    }

    result<void> add_one(const resources::member_row& row)
    {
        if (row.type == "Group") {
            if (auto allowed = check_nesting(row.id); !allowed)
                return allowed.error();
        }
        if (!members_.add(row)) {
            if (!row.display.empty())
                rename(row.id, row.display);
        } else if (members_.count_groups_of(row.id) > direct_groups_max) {
            members_.remove({row.id, row.type});
            return error{
                errc::invalid_value,
                "members: " + member_id_text(who_, row.type, row.id) + " is in " +
                    std::to_string(direct_groups_max) + " groups, which are as many as it may be in."
            };
        }
        return {};
    }

    result<void> check_nesting(resource_id child)
    {
        if (!group_)
            return {};
        if (!ancestors_) {
            auto found = ancestors_of(tx_, who_, *group_);
            if (!found)
                return found.error();
            ancestors_ = std::move(*found);
        }
        if (ancestors_->contains(child))
            return error{errc::invalid_value, "members: a group cannot be a member of itself."};
        return {};
    }

    // How many members there are is bounded elsewhere: only what the thread gives to one request counts.
    void charge(std::uint64_t steps)
    {
        who_.work->allow(steps);
        who_.work->charge(steps);
    }

    void rename(resource_id id, std::string_view display)
    {
        charge(row_steps);
        members_.set_display(id, display);
    }

    void remove_one(const member_key& one)
    {
        charge(row_steps);
        members_.remove(one);
    }

    void each_row(const std::function<bool(const resources::member_row&)>& each)
    {
        members_.each([&](const resources::member_row& row) {
            charge(row_steps);
            return each(row);
        });
    }

    void each_match(
        const scim::filter& condition, const std::function<bool(const resources::member_row&)>& each
    )
    {
        each_row([&](const resources::member_row& row) {
            who_.work->charge(member_steps);
            json::object member{{"value", member_id_text(who_, row.type, row.id)}, {"type", row.type}};
            if (!row.display.empty())
                member["display"] = row.display;
            return !scim::matches_value(condition, member, *who_.work) || each(row);
        });
    }

    bool has_match(const scim::filter& condition)
    {
        bool is_found = false;
        each_match(condition, [&](const resources::member_row&) {
            is_found = true;
            return false;
        });
        return is_found;
    }

    store::transaction& tx_;
    const caller& who_;
    std::optional<resource_id> group_;
    member_table& members_;
    std::optional<std::set<resource_id>> ancestors_;  // read when the first group is added
};

}  // namespace

void membership_change::note_added(const resources::member_row& who)
{
    const auto [place, is_new] = changes_.try_emplace(who.id, entry{who, true});
    if (is_new)
        return;
    // Removed before in this request: back where it was, but for its display.
    if (place->second.who.display != who.display)
        renamed_.insert(who.id);
    changes_.erase(place);
}

void membership_change::note_renamed(resource_id who)
{
    // One that this request has added is new with any display.
    if (!changes_.contains(who))
        renamed_.insert(who);
}

void membership_change::note_removed(const resources::member_row& who)
{
    const auto [place, is_new] = changes_.try_emplace(who.id, entry{who, false});
    if (!is_new)
        changes_.erase(place);
}

std::vector<resources::member_row> membership_change::listed(bool is_added) const
{
    std::vector<resources::member_row> rows;
    for (const auto& [id, change] : changes_)
        if (change.is_added == is_added)
            rows.push_back(change.who);
    return rows;
}

result<membership_change> apply_members(
    store::transaction& tx,
    const caller& who,
    resource_id group,
    const std::vector<scim::membership_operation>& operations
)
{
    stored_members members(tx, who.directory, group);
    member_writer writer(tx, who, group, members);
    for (const auto& operation : operations)
        if (auto done = std::visit(writer, operation); !done)
            return done.error();
    return members.take();
}

result<membership_plan> plan_members(
    store::transaction& tx,
    const caller& who,
    std::optional<resource_id> group,
    const std::vector<scim::membership_operation>& operations
)
{
    planned_members members(tx, who.directory, group);
    member_writer writer(tx, who, group, members);
    for (const auto& operation : operations)
        if (auto done = std::visit(writer, operation); !done)
            return done.error();
    return members.take();
}

result<membership_change> apply_plan(
    store::transaction& tx, const caller& who, resource_id group, const membership_plan& plan
)
{
    stored_members members(tx, who.directory, group);
    member_writer writer(tx, who, group, members);
    if (auto done = writer.apply(plan, false); !done)
        return done.error();
    return members.take();
}

membership_change apply_what_is_left(
    store::transaction& tx, const caller& who, resource_id group, const membership_plan& plan
)
{
    stored_members members(tx, who.directory, group);
    member_writer writer(tx, who, group, members);
    static_cast<void>(writer.apply(plan, true));
    return members.take();
}

std::optional<resource_id> parse_member_id(const caller& who, std::string_view text)
{
    for (const auto& type : who.schemas->resource_types()) {
        const bool can_be_member = type.name == "User" || type.name == "Group";
        const auto number = parse_prefixed(text, type.id_prefix);
        if (can_be_member && number)
            return resource_id{*number};
    }
    return std::nullopt;
}

std::string member_id_text(const caller& who, std::string_view type, resource_id id)
{
    const auto* known = who.schemas->find_type(type);
    return known ? known->id_prefix + std::to_string(id.value) : std::string();
}

}  // namespace scimd::service
