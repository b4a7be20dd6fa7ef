#include "service/groups/membership_events.hpp"

#include "scim/schema/hidden_attributes.hpp"
#include "service/events/event_payload.hpp"
#include "service/events/event_source_text.hpp"
#include "service/events/events.hpp"
#include "service/scim/user_publication.hpp"
#include "store/held_users.hpp"
#include "store/membership_jobs.hpp"
#include "store/pending_group_events.hpp"
#include "store/roles.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;
namespace holds = store::holds;
namespace untold_groups = store::untold_groups;

constexpr std::int64_t changes_removed_max = 1'000;

constexpr std::string_view member_added = "organization.directory.group_member_added";
constexpr std::string_view member_removed = "organization.directory.group_member_removed";

struct batch {
    std::string_view type;
    const resources::membership& group;
    const std::vector<resources::member_row>& members;
    std::string caused_by;
    std::string batch_id{};  // empty: one of its own when it takes several events
};

// `members` are none who are held.
void publish_batch(store::transaction& tx, const caller& who, const batch& what)
{
    if (what.members.empty())
        return;
    const auto total = resources::count_members(tx, who.directory, what.group.group) -
                       holds::count_members(tx, who.directory, what.group.group);
    const bool is_whole = what.batch_id.empty();
    const auto batch_id = is_whole && what.members.size() > event_members_max
                              ? "batch_" + std::to_string(tx.next_id())
                              : what.batch_id;
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

// Without the held, and without groups: those who hear of a change.
std::vector<resource_id> users_among(const std::vector<resources::member_row>& members)
{
    std::vector<resource_id> users;
    for (const auto& member : members)
        if (member.type == "User")
            users.push_back(member.id);
    return users;
}

// user_updated for a user of whom `untold` is to be told, and with it its roles. Returns the bytes of its
// document.
std::size_t publish_user_groups(
    store::transaction& tx,
    const caller& who,
    user_state& users,
    resource_id user,
    const std::vector<untold_groups::row>& untold
)
{
    const auto row = resources::find(tx, who.directory, "User", user);
    if (!row || holds::is_held(tx, who.directory, user))
        return 0;
    event_draft draft;
    draft.type = "organization.directory.user_updated";
    draft.object = "DirectoryUser";
    draft.object_version = row->version;
    const auto document = scim::visible_document(row->document, *who.schemas->find_type("User"));
    auto roles = users.roles_told(user);
    const auto listed_max = event_groups_max + 1 + untold.size();
    const auto now = resources::groups_of(tx, who.directory, user, static_cast<std::int64_t>(listed_max));
    draft.data = users.renewed({user, document, now});
    draft.changed_attributes = {"groups"};
    draft.previous_attributes = json::object{{"groups", normalize_groups(as_told(now, untold))}};
    if (draft.data.at("roles") != roles) {
        draft.changed_attributes.emplace_back("roles");
        draft.previous_attributes["roles"] = std::move(roles);
    }
    draft.caused_by = untold.back().from.caused_by;
    draft.update = difference_from(draft.previous_attributes, draft.data);
    publish(tx, who, std::move(draft));
    return row->document.size();
}

// What has become of the membership of users in one group.
struct group_change {
    const resources::membership& group;
    bool was_member;
    std::string caused_by;
};

// One more change, after what has not been told yet.
void add_to(std::vector<untold_groups::row>& untold, const group_change& what)
{
    const auto same = [&](const auto& row) { return row.what.group == what.group.group; };
    if (std::erase_if(untold, same) > 0)
        return;
    untold.push_back(
        {.what = {what.group.group, what.was_member},
         .change_id = 0,
         .from = {what.group.display_name, {}, what.caused_by}}
    );
}

// Of what is as it was told again nothing is told, and what else would have been told with it must not be
// lost: a change of roles waits for the event of the groups (roles.cpp).
void look_at_roles_again(store::transaction& tx, const caller& who)
{
    store::roles::request_recount(tx, who.directory, origin_text(origin_of(who)));
}

// What they hear later is noted.
void note_users(
    store::transaction& tx,
    const caller& who,
    std::span<const resource_id> whom,
    const group_change& what,
    std::int64_t change_id
)
{
    bool is_any_undone = false;
    for (const auto user : whom)
        is_any_undone |=
            !untold_groups::note(tx, who.directory, user, {what.group.group, what.was_member}, change_id);
    if (is_any_undone)
        look_at_roles_again(tx, who);
}

void tell_later(
    store::transaction& tx, const caller& who, std::span<const resource_id> whom, const group_change& what
)
{
    if (whom.empty())
        return;
    const auto change_id = untold_groups::insert_change(
        tx, who.directory, {what.group.display_name, origin_text(origin_of(who)), what.caused_by}
    );
    note_users(tx, who, whom, what, change_id);
}

// A handful hear of it at once, each with an event. So many, or such large ones, that others would have to
// wait are noted.
void tell_users(
    store::transaction& tx, const caller& who, const std::vector<resource_id>& whom, const group_change& what
)
{
    if (whom.size() > told_at_once_max)
        return tell_later(tx, who, whom, what);
    if (whom.empty())
        return;
    user_state users(tx, who);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < whom.size(); ++i) {
        if (bytes > event_documents_bytes_max)
            return tell_later(tx, who, std::span(whom).subspan(i), what);
        const auto user = whom[i];
        auto untold = users.untold(user);
        add_to(untold, what);
        if (!untold.empty()) {
            bytes += publish_user_groups(tx, who, users, user, untold);
            continue;
        }
        untold_groups::forget(tx, who.directory, user);
        if (users.roles_told(user) != users.roles_now(user))
            look_at_roles_again(tx, who);
    }
}

}  // namespace

void publish_membership(
    store::transaction& tx,
    const caller& who,
    const resources::membership& group,
    const membership_change& change,
    const std::string& batch_id
)
{
    const auto added = without_held(tx, who, change.added());
    const auto removed = without_held(tx, who, change.removed());
    publish_batch(tx, who, {member_added, group, added, {}, batch_id});
    publish_batch(tx, who, {member_removed, group, removed, {}, batch_id});
    tell_users(tx, who, users_among(added), {group, false, {}});
    tell_users(tx, who, users_among(removed), {group, true, {}});
}

std::vector<resources::member_row> without_held(
    store::transaction& tx, const caller& who, std::vector<resources::member_row> members
)
{
    if (!members.empty() && holds::count(tx, who.directory) > 0)
        std::erase_if(members, [&](const auto& one) { return holds::is_held(tx, who.directory, one.id); });
    return members;
}

std::vector<resource_id> users_in(store::transaction& tx, const caller& who, resource_id group)
{
    const bool has_held = holds::count(tx, who.directory) > 0;
    std::vector<resource_id> users;
    resources::members_of(tx, who.directory, group, [&](const resources::member_row& member) {
        if (member.type == "User" && !(has_held && holds::is_held(tx, who.directory, member.id)))
            users.push_back(member.id);
        return true;
    });
    return users;
}

void publish_lost_group(
    store::transaction& tx,
    const caller& who,
    const resources::membership& group,
    const std::vector<resource_id>& users,
    const std::string& caused_by
)
{
    tell_users(tx, who, users, {group, true, caused_by});
}

void note_lost_group(
    store::transaction& tx,
    const caller& who,
    const resources::membership& group,
    const std::vector<resource_id>& users,
    std::int64_t change_id
)
{
    const auto origin = origin_text(origin_of(who));
    untold_groups::ensure_change(tx, who.directory, change_id, {group.display_name, origin, {}});
    note_users(tx, who, users, {group, true, {}}, change_id);
}

std::optional<directory_id> next_to_tell(store::transaction& tx, directory_id after)
{
    for (const auto start : {after, directory_id{}}) {
        auto next = untold_groups::next_directory(tx, start);
        while (next && store::membership_jobs::has_removal(tx, *next))
            next = untold_groups::next_directory(tx, *next);
        if (next)
            return next;
    }
    return std::nullopt;
}

bool tell_some(store::transaction& tx, const scim::catalogue_set& schemas, directory_id where)
{
    const auto owner = store::tenants::owner_of(tx, where);
    const auto directory = owner ? store::tenants::find_directory(tx, *owner, where) : std::nullopt;
    std::size_t bytes = 0;
    for (const auto user : untold_groups::users(tx, where, static_cast<std::int64_t>(told_batch_max))) {
        if (bytes > event_documents_bytes_max)
            return true;
        const auto untold = untold_groups::of_user(tx, where, user);
        if (directory) {  // else its end is all that is told of it
            const auto who = caller_for(parse_origin(untold.back().from.origin), *directory, schemas);
            user_state users(tx, who);
            bytes += publish_user_groups(tx, who, users, user, untold);
        }
        untold_groups::forget(tx, where, user);
    }
    if (untold_groups::has_any(tx, where))
        return true;
    untold_groups::remove_changes(tx, where, changes_removed_max);
    return false;
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
        publish_batch(tx, who, {member_added, group, members, caused_by});
}

void publish_lost_member(
    store::transaction& tx,
    const caller& who,
    const std::vector<resources::membership>& groups,
    const resources::member_row& member
)
{
    const std::vector<resources::member_row> members{member};
    for (const auto& group : groups)
        publish_batch(tx, who, {member_removed, group, members, {}});
}

}  // namespace scimd::service
