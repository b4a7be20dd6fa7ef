#include "service/membership.hpp"

#include "base/text.hpp"
#include "scim/match.hpp"
#include "scim/visible.hpp"
#include "service/events.hpp"
#include "service/normalize.hpp"
#include "service/user_state.hpp"
#include "store/holds.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;
namespace holds = store::holds;

error unknown_member(std::string_view value)
{
    return {
        errc::invalid_value,
        "members: this directory has no user or group with the id \"" + std::string(value.substr(0, 64)) +
            "\"."
    };
}

// The ids of all groups that `group` is in, directly or through others, and itself. Empty: nested too deeply.
std::optional<std::set<resource_id>> ancestors_of(
    store::transaction& tx, const caller& who, resource_id group
)
{
    std::set<resource_id> seen{group};
    std::vector<resource_id> level{group};
    for (std::size_t depth = 0; !level.empty(); ++depth) {
        if (depth == group_depth_max)
            return std::nullopt;
        std::vector<resource_id> next;
        for (const auto child : level) {
            for (const auto& parent : resources::groups_of(tx, who.directory, child))
                if (seen.insert(parent.group).second)
                    next.push_back(parent.group);
        }
        level = std::move(next);
    }
    return seen;
}

// Applies one request's operations to one group.
class member_writer {
public:
    member_writer(store::transaction& tx, const caller& who, resource_id group)
        : tx_(tx), who_(who), group_(group)
    {
    }

    result<void> operator()(const scim::add_members& operation) { return add(operation.members); }

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

    result<void> operator()(const scim::replace_members& operation)
    {
        std::set<resource_id> kept;
        for (const auto& member : operation.members) {
            const auto id = parse_member_id(who_, member.value);
            if (!id)
                return unknown_member(member.value);
            kept.insert(*id);
        }
        for (const auto& row : current())
            if (!kept.contains(row.id))
                remove_row(row);
        return add(operation.members);
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

    membership_change take() { return std::move(change_); }

private:
    [[nodiscard]] bool has_member(const std::string& value) const
    {
        const auto id = parse_member_id(who_, value);
        return id && resources::is_member(tx_, who_.directory, group_, *id);
    }

    result<void> add(const std::vector<scim::member>& members)
    {
        std::vector<resource_id> ids;
        ids.reserve(members.size());
        for (const auto& member : members) {
            const auto id = parse_member_id(who_, member.value);
            if (!id)
                return unknown_member(member.value);
            ids.push_back(*id);
        }
        std::unordered_map<std::int64_t, std::string> types;
        for (auto& kind : resources::kinds_of(tx_, who_.directory, ids))
            types.emplace(kind.id.value, std::move(kind.type));
        for (std::size_t i = 0; i < members.size(); ++i) {
            const auto type = types.find(ids[i].value);
            if (type == types.end() || member_id_text(who_, type->second, ids[i]) != members[i].value)
                return unknown_member(members[i].value);
            if (auto allowed = check_type(members[i], type->second); !allowed)
                return allowed;
            if (auto added = add_one({ids[i], type->second, members[i].display}); !added)
                return added.error();
        }
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
        if (resources::add_member(tx_, who_.directory, group_, row))
            change_.note_added(row);
        else if (!row.display.empty())
            rename(row.id, row.display);
        return {};
    }

    result<void> check_nesting(resource_id child)
    {
        if (!ancestors_)
            ancestors_ = ancestors_of(tx_, who_, group_);
        if (!ancestors_)
            return error{errc::invalid_value, "members: groups are nested too deeply."};
        if (ancestors_->contains(child))
            return error{errc::invalid_value, "members: a group cannot be a member of itself."};
        return {};
    }

    void rename(resource_id id, std::string_view display)
    {
        if (resources::set_member_display(tx_, who_.directory, group_, id, display))
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
        if (auto display = resources::remove_member(tx_, who_.directory, group_, row.id))
            change_.note_removed({row.id, row.type, std::move(*display)});
    }

    std::vector<resources::member_row> current()
    {
        std::vector<resources::member_row> rows;
        resources::members_of(tx_, who_.directory, group_, [&](const resources::member_row& row) {
            rows.push_back(row);
            return true;
        });
        return rows;
    }

    std::vector<resources::member_row> matching(const scim::filter& condition)
    {
        auto rows = current();
        std::erase_if(rows, [&](const resources::member_row& row) {
            json::object member{{"value", member_id_text(who_, row.type, row.id)}, {"type", row.type}};
            if (!row.display.empty())
                member["display"] = row.display;
            return !scim::matches_value(condition, member);
        });
        return rows;
    }

    store::transaction& tx_;
    const caller& who_;
    resource_id group_;
    membership_change change_;
    std::optional<std::set<resource_id>> ancestors_;  // read when the first group is added
};

struct batch {
    std::string_view type;
    const resources::membership& group;
    const std::vector<resources::member_row>& members;
    std::string caused_by;
};

// Those that anybody but SCIM knows of.
std::vector<resources::member_row> without_held(
    store::transaction& tx, const caller& who, std::vector<resources::member_row> members
)
{
    if (holds::count(tx, who.directory) > 0)
        std::erase_if(members, [&](const auto& one) { return holds::is_held(tx, who.directory, one.id); });
    return members;
}

// `members` are none who are held.
void publish_batch(store::transaction& tx, const caller& who, const batch& what)
{
    const auto total = resources::count_members(tx, who.directory, what.group.group) -
                       holds::count_members(tx, who.directory, what.group.group);
    const auto batch_id =
        what.members.size() > event_members_max ? "batch_" + std::to_string(tx.next_id()) : "";
    for (std::size_t start = 0; start < what.members.size(); start += event_members_max) {
        const auto end = std::min(start + event_members_max, what.members.size());
        json::array members;
        for (std::size_t i = start; i < end; ++i) {
            const auto& member = what.members[i];
            members.push_back(
                json::object{{"id", member_id_text(who, member.type, member.id)}, {"type", member.type}}
            );
        }
        event_draft draft;
        draft.type = what.type;
        draft.object = "DirectoryGroup";
        draft.batch_id = batch_id;
        draft.caused_by = what.caused_by;
        draft.data = json::object{
            {"organization_id", who.organization.text()},
            {"directory_id", who.directory.text()},
            {"group",
             {{"id", member_id_text(who, "Group", what.group.group)},
              {"display_name", what.group.display_name}}},
            {"members", std::move(members)},
            {"total_members", total}
        };
        publish(tx, who, std::move(draft));
    }
}

// user_updated for one user whose groups were `before` and are `after`, and with them its roles.
void publish_user_groups(
    store::transaction& tx,
    const caller& who,
    user_state& users,
    resource_id user,
    const std::vector<resources::membership>& before,
    const std::vector<resources::membership>& after,
    const std::string& caused_by
)
{
    const auto row = resources::find(tx, who.directory, "User", user);
    if (!row || holds::is_held(tx, who.directory, user))
        return;
    event_draft draft;
    draft.type = "organization.directory.user_updated";
    draft.object = "DirectoryUser";
    draft.object_version = row->version;
    const auto document = scim::visible_document(row->document, *who.schemas->find_type("User"));
    auto roles = users.roles_told(user);
    draft.data = users.renewed({user, document, after});
    draft.changed_attributes = {"groups"};
    draft.previous_attributes = json::object{{"groups", normalize_groups(before)}};
    if (draft.data.at("roles") != roles) {
        draft.changed_attributes.emplace_back("roles");
        draft.previous_attributes["roles"] = std::move(roles);
    }
    draft.caused_by = caused_by;
    publish(tx, who, std::move(draft));
}

std::vector<resources::membership> without(std::vector<resources::membership> groups, resource_id group)
{
    std::erase_if(groups, [&](const auto& one) { return one.group == group; });
    return groups;
}

std::vector<resources::membership> with(
    std::vector<resources::membership> groups, const resources::membership& group
)
{
    const auto place =
        std::ranges::lower_bound(groups, group.group, {}, [](const auto& one) { return one.group; });
    groups.insert(place, group);
    return groups;
}

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
    member_writer writer(tx, who, group);
    for (const auto& operation : operations)
        if (auto done = std::visit(writer, operation); !done)
            return done.error();
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

void publish_membership(
    store::transaction& tx,
    const caller& who,
    const resources::membership& group,
    const membership_change& change
)
{
    const auto added = without_held(tx, who, change.added());
    const auto removed = without_held(tx, who, change.removed());
    publish_batch(tx, who, {"organization.directory.group_member_added", group, added, {}});
    publish_batch(tx, who, {"organization.directory.group_member_removed", group, removed, {}});
    user_state users(tx, who);
    for (const auto& member : added) {
        const auto now = resources::groups_of(tx, who.directory, member.id);
        publish_user_groups(tx, who, users, member.id, without(now, group.group), now, {});
    }
    for (const auto& member : removed) {
        const auto now = resources::groups_of(tx, who.directory, member.id);
        publish_user_groups(tx, who, users, member.id, with(now, group), now, {});
    }
}

void publish_lost_group(
    store::transaction& tx,
    const caller& who,
    const resources::membership& group,
    const std::vector<resources::member_row>& members,
    const std::string& caused_by
)
{
    user_state users(tx, who);
    for (const auto& member : members) {
        const auto now = resources::groups_of(tx, who.directory, member.id);
        publish_user_groups(tx, who, users, member.id, with(now, group), now, caused_by);
    }
}

void publish_gained_member(
    store::transaction& tx,
    const caller& who,
    const std::vector<resources::membership>& groups,
    const resources::member_row& member,
    const std::string& caused_by
)
{
    const std::vector<resources::member_row> members{member};
    for (const auto& group : groups)
        publish_batch(tx, who, {"organization.directory.group_member_added", group, members, caused_by});
}

void publish_lost_member(
    store::transaction& tx,
    const caller& who,
    const std::vector<resources::membership>& groups,
    const resources::member_row& member,
    const std::string& caused_by
)
{
    const std::vector<resources::member_row> members{member};
    for (const auto& group : groups) {
        resources::touch(tx, who.directory, "Group", group.group);
        publish_batch(tx, who, {"organization.directory.group_member_removed", group, members, caused_by});
    }
}

}  // namespace scimd::service
