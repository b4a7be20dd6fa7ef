#include "service/membership.hpp"

#include "base/text.hpp"
#include "scim/match.hpp"
#include "service/member_table.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

constexpr std::uint64_t member_steps = 300;  // to read one for a filter

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
            if (const auto id = parse_member_id(who_, value))
                remove(*id, value);
        return {};
    }

    result<void> operator()(const scim::remove_members_where& operation)
    {
        for (const auto& row : matching(operation.condition))
            remove_row(row);
        return {};
    }

    // Only the difference is written; who stays costs no statement.
    result<void> operator()(const scim::replace_members& operation)
    {
        std::map<resource_id, resources::member_row> left;
        for (auto& row : current())
            left.emplace(row.id, std::move(row));
        std::set<resource_id> kept;
        std::vector<const scim::member*> others;
        for (const auto& member : operation.members) {
            const auto id = parse_member_id(who_, member.value);
            if (!id) {
                if (auto passed = pass_over(member.value); !passed)
                    return passed;
                continue;
            }
            const auto row = left.find(*id);
            if (row == left.end()) {
                others.push_back(&member);
                continue;
            }
            if (auto kept_one = keep(member, row->second); !kept_one)
                return kept_one.error();
            kept.insert(*id);
        }
        for (const auto& [id, row] : left)
            if (!kept.contains(id))
                remove_row(row);
        return add(others);
    }

    result<void> operator()(const scim::update_members_where& operation)
    {
        for (const auto& row : matching(operation.condition))
            rename(row.id, operation.display);
        return {};
    }

    result<void> operator()(const scim::expect_member& operation)
    {
        const auto is_one = [this](const std::string& value) { return has_member(value); };
        const bool is_there = operation.values.empty() ? !matching(operation.condition).empty()
                                                       : std::ranges::any_of(operation.values, is_one);
        if (!is_there)
            return error{errc::no_target, "No value of members meets the filter."};
        return {};
    }

    // What was planned. Members that can be added no more are an error, or left out.
    result<void> apply(const membership_plan& plan, bool leaves_out)
    {
        for (const auto& row : plan.removed)
            remove_row(row);
        for (const auto& row : plan.renamed)
            rename(row.id, row.display);
        std::vector<resource_id> ids;
        ids.reserve(plan.added.size());
        for (const auto& row : plan.added)
            ids.push_back(row.id);
        std::unordered_map<std::int64_t, std::string> types;
        for (auto& kind : resources::kinds_of(tx_, who_.directory, ids))
            types.emplace(kind.id.value, std::move(kind.type));
        for (const auto& row : plan.added) {
            const auto type = types.find(row.id.value);
            const bool is_there = type != types.end() && type->second == row.type;
            const auto added =
                is_there ? add_one(row) : unknown_member(member_id_text(who_, row.type, row.id));
            if (!added && !leaves_out)
                return added.error();
        }
        return {};
    }

    membership_change take() { return std::move(change_); }

private:
    [[nodiscard]] bool has_member(const std::string& value) const
    {
        const auto id = parse_member_id(who_, value);
        return id && members_.contains(*id);
    }

    // One that is a member already, and is listed again.
    result<void> keep(const scim::member& given, const resources::member_row& row)
    {
        if (member_id_text(who_, row.type, row.id) != given.value)
            return pass_over(given.value);
        if (auto allowed = check_type(given, row.type); !allowed)
            return allowed;
        if (!given.display.empty() && given.display != row.display)
            rename(row.id, given.display);
        return {};
    }

    result<void> add(const std::vector<const scim::member*>& members)
    {
        std::vector<resource_id> ids;  // of those that are no ids at all nobody's
        ids.reserve(members.size());
        for (const auto* member : members) {
            const auto id = parse_member_id(who_, member->value);
            if (!id)
                if (auto passed = pass_over(member->value); !passed)
                    return passed;
            ids.push_back(id.value_or(resource_id()));
        }
        std::unordered_map<std::int64_t, std::string> types;
        for (auto& kind : resources::kinds_of(tx_, who_.directory, ids))
            types.emplace(kind.id.value, std::move(kind.type));
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

    // A member that is not there is an error, unless the directory ignores such members.
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
        if (is_right || who_.leniency != scim::leniency::strict)
            return {};
        return error{errc::invalid_value, "members: " + given.value + " is a " + std::string(type) + "."};
    }

    result<void> add_one(const resources::member_row& row)
    {
        if (row.type == "Group") {
            if (auto allowed = check_nesting(row.id); !allowed)
                return allowed.error();
        }
        if (members_.add(row)) {
            if (members_.count_groups_of(row.id) > direct_groups_max) {
                members_.remove(row.id);
                return error{
                    errc::invalid_value,
                    "members: " + member_id_text(who_, row.type, row.id) + " is in " +
                        std::to_string(direct_groups_max) + " groups, which are as many as it may be in."
                };
            }
            change_.note_added(row);
        } else if (!row.display.empty())
            rename(row.id, row.display);
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

    void rename(resource_id id, std::string_view display)
    {
        if (members_.set_display(id, display))
            change_.note_renamed(id);
    }

    void remove(resource_id id, std::string_view value)
    {
        for (auto& kind : resources::kinds_of(tx_, who_.directory, {id}))
            if (member_id_text(who_, kind.type, id) == value)
                remove_row({id, std::move(kind.type), {}});
    }

    void remove_row(const resources::member_row& row)
    {
        if (auto display = members_.remove(row.id))
            change_.note_removed({row.id, row.type, std::move(*display)});
    }

    std::vector<resources::member_row> current()
    {
        std::vector<resources::member_row> rows;
        members_.each([&](const resources::member_row& row) {
            rows.push_back(row);
            return true;
        });
        return rows;
    }

    std::vector<resources::member_row> matching(const scim::filter& condition)
    {
        std::vector<resources::member_row> rows;
        members_.each([&](const resources::member_row& row) {
            who_.work->charge(member_steps);
            json::object member{{"value", member_id_text(who_, row.type, row.id)}, {"type", row.type}};
            if (!row.display.empty())
                member["display"] = row.display;
            if (scim::matches_value(condition, member, *who_.work))
                rows.push_back(row);
            return true;
        });
        return rows;
    }

    store::transaction& tx_;
    const caller& who_;
    std::optional<resource_id> group_;
    member_table& members_;
    membership_change change_;
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
    return writer.take();
}

result<membership_plan> plan_members(
    store::transaction& tx,
    const caller& who,
    std::optional<resource_id> group,
    const std::vector<scim::membership_operation>& operations
)
{
    copied_members members(tx, who.directory, group);
    member_writer writer(tx, who, group, members);
    for (const auto& operation : operations)
        if (auto done = std::visit(writer, operation); !done)
            return done.error();
    const auto change = writer.take();
    membership_plan plan{.removed = change.removed()};
    // With the display that the last operation gave them.
    for (const auto& row : change.added())
        plan.added.push_back(*members.find(row.id));
    for (const auto id : change.renamed())
        if (const auto* row = members.find(id))
            plan.renamed.push_back(*row);
    return plan;
}

result<membership_change> apply_plan(
    store::transaction& tx, const caller& who, resource_id group, const membership_plan& plan
)
{
    stored_members members(tx, who.directory, group);
    member_writer writer(tx, who, group, members);
    if (auto done = writer.apply(plan, false); !done)
        return done.error();
    return writer.take();
}

membership_change apply_what_is_left(
    store::transaction& tx, const caller& who, resource_id group, const membership_plan& plan
)
{
    stored_members members(tx, who.directory, group);
    member_writer writer(tx, who, group, members);
    static_cast<void>(writer.apply(plan, true));
    return writer.take();
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
