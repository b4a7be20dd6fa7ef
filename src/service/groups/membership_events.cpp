#include "service/groups/membership_events.hpp"

#include "scim/schema/hidden_attributes.hpp"
#include "service/events/event_payload.hpp"
#include "service/events/event_source.hpp"
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
namespace held_users = store::held_users;
namespace pending_group_events = store::pending_group_events;

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
                       held_users::count_members(tx, who.directory, what.group.group);
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
    user_publication& users,
    resource_id user,
    const std::vector<pending_group_events::row>& pending
)
{
    const auto row = resources::find(tx, who.directory, "User", user);
    if (!row || held_users::is_held(tx, who.directory, user))
        return 0;
    event_draft draft;
    draft.type = "organization.directory.user_updated";
    draft.object = "DirectoryUser";
    draft.object_version = row->version;
    const auto document = scim::visible_document(row->document, *who.schemas->find_type("User"));
    auto roles = users.published_roles(user);
    const auto listed_max = event_groups_max + 1 + pending.size();
    const auto now = resources::groups_of(tx, who.directory, user, static_cast<std::int64_t>(listed_max));
    draft.data = users.publish({user, document, now});
    draft.changed_attributes = {"groups"};
    draft.previous_attributes = json::object{{"groups", normalize_groups(as_published(now, pending))}};
    if (draft.data.at("roles") != roles) {
        draft.changed_attributes.emplace_back("roles");
        draft.previous_attributes["roles"] = std::move(roles);
    }
    draft.caused_by = pending.back().from.caused_by;
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
void add_to(std::vector<pending_group_events::row>& pending, const group_change& what)
{
    const auto same = [&](const auto& row) { return row.what.group == what.group.group; };
    if (std::erase_if(pending, same) > 0)
        return;
    pending.push_back(
        {.what = {what.group.group, what.was_member},
         .change_id = 0,
         .from = {what.group.display_name, {}, what.caused_by}}
    );
}

// Of what is as it was told again nothing is told, and what else would have been told with it must not be
// lost: a change of roles waits for the event of the groups (roles.cpp).
void request_role_recompute(store::transaction& tx, const caller& who)
{
    store::roles::request_recount(tx, who.directory, event_source_text(event_source_of(who)));
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
        is_any_undone |= !pending_group_events::note(
            tx, who.directory, user, {what.group.group, what.was_member}, change_id
        );
    if (is_any_undone)
        request_role_recompute(tx, who);
}

void tell_later(
    store::transaction& tx, const caller& who, std::span<const resource_id> whom, const group_change& what
)
{
    if (whom.empty())
        return;
    const auto change_id = pending_group_events::insert_change(
        tx, who.directory, {what.group.display_name, event_source_text(event_source_of(who)), what.caused_by}
    );
    note_users(tx, who, whom, what, change_id);
}

// A handful hear of it at once, each with an event. So many, or such large ones, that others would have to
// wait are noted.
void publish_user_updates(
    store::transaction& tx, const caller& who, const std::vector<resource_id>& whom, const group_change& what
)
{
    if (whom.size() > published_at_once_max)
        return tell_later(tx, who, whom, what);
    if (whom.empty())
        return;
    user_publication users(tx, who);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < whom.size(); ++i) {
        if (bytes > event_documents_bytes_max)
            return tell_later(tx, who, std::span(whom).subspan(i), what);
        const auto user = whom[i];
        auto pending = users.pending_groups(user);
        add_to(pending, what);
        if (!pending.empty()) {
            bytes += publish_user_groups(tx, who, users, user, pending);
            continue;
        }
        pending_group_events::forget(tx, who.directory, user);
        if (users.published_roles(user) != users.current_roles(user))
            request_role_recompute(tx, who);
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
    publish_user_updates(tx, who, users_among(added), {group, false, {}});
    publish_user_updates(tx, who, users_among(removed), {group, true, {}});
}

std::vector<resources::member_row> without_held(
    store::transaction& tx, const caller& who, std::vector<resources::member_row> members
)
{
    if (!members.empty() && held_users::count(tx, who.directory) > 0)
        std::erase_if(members, [&](const auto& one) {
            return held_users::is_held(tx, who.directory, one.id);
        });
    return members;
}

std::vector<resource_id> users_in(store::transaction& tx, const caller& who, resource_id group)
{
    const bool has_held = held_users::count(tx, who.directory) > 0;
    std::vector<resource_id> users;
    resources::members_of(tx, who.directory, group, [&](const resources::member_row& member) {
        if (member.type == "User" && !(has_held && held_users::is_held(tx, who.directory, member.id)))
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
    publish_user_updates(tx, who, users, {group, true, caused_by});
}

void note_lost_group(
    store::transaction& tx,
    const caller& who,
    const resources::membership& group,
    const std::vector<resource_id>& users,
    std::int64_t change_id
)
{
    const auto origin = event_source_text(event_source_of(who));
    pending_group_events::ensure_change(tx, who.directory, change_id, {group.display_name, origin, {}});
    note_users(tx, who, users, {group, true, {}}, change_id);
}

std::optional<directory_id> next_to_publish(store::transaction& tx, directory_id after)
{
    for (const auto start : {after, directory_id{}}) {
        auto next = pending_group_events::next_directory(tx, start);
        while (next && store::membership_jobs::has_removal(tx, *next))
            next = pending_group_events::next_directory(tx, *next);
        if (next)
            return next;
    }
    return std::nullopt;
}

bool publish_pending(store::transaction& tx, const scim::catalogue_set& schemas, directory_id where)
{
    const auto owner = store::tenants::owner_of(tx, where);
    const auto directory = owner ? store::tenants::find_directory(tx, *owner, where) : std::nullopt;
    std::size_t bytes = 0;
    for (const auto user :
         pending_group_events::users(tx, where, static_cast<std::int64_t>(publish_batch_max))) {
        if (bytes > event_documents_bytes_max)
            return true;
        const auto untold = pending_group_events::of_user(tx, where, user);
        if (directory) {  // else its end is all that is told of it
            const auto who = caller_for(parse_event_source(untold.back().from.origin), *directory, schemas);
            user_publication users(tx, who);
            bytes += publish_user_groups(tx, who, users, user, untold);
        }
        pending_group_events::forget(tx, where, user);
    }
    if (pending_group_events::has_any(tx, where))
        return true;
    pending_group_events::remove_changes(tx, where, changes_removed_max);
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
