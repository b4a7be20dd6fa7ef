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

// Members that were added to a group or removed from it, as events of one type.
struct member_batch {
    std::string_view type;
    const resources::membership& group;
    const std::vector<resources::member_row>& members;
    std::string caused_by;
    std::string batch_id{};  // empty: a new one if there are several events
};

// None of the members is held.
void publish_batch(store::transaction& tx, const caller& caller, const member_batch& batch) {
    if (batch.members.empty())
        return;
    const auto total = resources::count_members(tx, caller.directory, batch.group.group) -
                       held_users::count_members(tx, caller.directory, batch.group.group);
    const bool is_whole = batch.batch_id.empty();
    const auto batch_id = is_whole && batch.members.size() > event_members_max
                                  ? "batch_" + std::to_string(tx.next_id())
                                  : batch.batch_id;
    for (std::size_t start = 0; start < batch.members.size(); start += event_members_max) {
        const auto end = std::min(start + event_members_max, batch.members.size());
        json::array members;
        for (std::size_t i = start; i < end; ++i) {
            const auto& member = batch.members[i];
            members.push_back(json::object{
                    {"id", member_id_text(caller, member.type, member.id)}, {"type", member.type}});
        }
        event_draft draft;
        draft.type = batch.type;
        draft.object = "DirectoryGroup";
        draft.batch_id = batch_id;
        draft.caused_by = batch.caused_by;
        draft.data = json::object{{"organization_id", caller.organization.text()},
                {"directory_id", caller.directory.text()},
                {"group", {{"id", member_id_text(caller, "Group", batch.group.group)},
                                  {"display_name", batch.group.display_name}}},
                {"members", std::move(members)}, {"total_members", total}};
        publish(tx, caller, std::move(draft));
    }
}

// The users among members. None is held.
std::vector<resource_id> users_among(const std::vector<resources::member_row>& members) {
    std::vector<resource_id> users;
    for (const auto& member : members)
        if (member.type == "User")
            users.push_back(member.id);
    return users;
}

// Publishes a user_updated with the pending changes of a user's groups, and of its roles. Returns the size of
// the user's document in bytes.
std::size_t publish_user_groups(store::transaction& tx, const caller& caller, user_publication& publication,
        resource_id user, const std::vector<pending_group_events::row>& pending) {
    const auto row = resources::find(tx, caller.directory, "User", user);
    if (!row || held_users::is_held(tx, caller.directory, user))
        return 0;
    event_draft draft;
    draft.type = "organization.directory.user_updated";
    draft.object = "DirectoryUser";
    draft.object_version = row->version;
    const auto document = scim::visible_document(row->document, *caller.schemas->find_type("User"));
    auto roles = publication.published_roles(user);
    const auto listed_max = event_groups_max + 1 + pending.size();
    const auto groups =
            resources::groups_of(tx, caller.directory, user, static_cast<std::int64_t>(listed_max));
    draft.data = publication.publish({user, document, groups});
    draft.changed_attributes = {"groups"};
    draft.previous_attributes = json::object{{"groups", normalize_groups(as_published(groups, pending))}};
    if (draft.data.at("roles") != roles) {
        draft.changed_attributes.emplace_back("roles");
        draft.previous_attributes["roles"] = std::move(roles);
    }
    draft.caused_by = pending.back().from.caused_by;
    draft.update = difference_from(draft.previous_attributes, draft.data);
    publish(tx, caller, std::move(draft));
    return row->document.size();
}

// A change of the membership of some users in one group.
struct group_change {
    const resources::membership& group;
    bool was_member;
    std::string caused_by;
};

// Adds a change to the pending ones of a user. It cancels an earlier change of the same group.
void add_to(std::vector<pending_group_events::row>& pending, const group_change& change) {
    const auto is_of_group = [&](const auto& row) { return row.what.group == change.group.group; };
    if (std::erase_if(pending, is_of_group) > 0)
        return;
    pending.push_back({.what = {change.group.group, change.was_member},
            .change_id = 0,
            .from = {change.group.display_name, {}, change.caused_by}});
}

// When pending changes cancel each other out, no event is published for them. A change of roles that was
// waiting for that event (service/management/roles.cpp) must not be lost.
void request_role_recompute(store::transaction& tx, const caller& caller) {
    store::roles::request_recount(tx, caller.directory, event_source_text(event_source_of(caller)));
}

// Records a change as pending for some users.
void record_pending(store::transaction& tx, const caller& caller, std::span<const resource_id> users,
        const group_change& change, std::int64_t change_id) {
    bool is_any_cancelled = false;
    for (const auto user : users)
        is_any_cancelled |= !pending_group_events::note(
                tx, caller.directory, user, {change.group.group, change.was_member}, change_id);
    if (is_any_cancelled)
        request_role_recompute(tx, caller);
}

// Records a new change as pending for some users.
void publish_later(store::transaction& tx, const caller& caller, std::span<const resource_id> users,
        const group_change& change) {
    if (users.empty())
        return;
    const auto change_id = pending_group_events::insert_change(tx, caller.directory,
            {change.group.display_name, event_source_text(event_source_of(caller)), change.caused_by});
    record_pending(tx, caller, users, change, change_id);
}

// Publishes a user_updated for each of a few users at once. With many users, or very large documents, the
// rest is recorded as pending, so that other writers do not wait.
void publish_user_updates(store::transaction& tx, const caller& caller, const std::vector<resource_id>& users,
        const group_change& change) {
    if (users.size() > published_at_once_max)
        return publish_later(tx, caller, users, change);
    if (users.empty())
        return;
    user_publication publication(tx, caller);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (bytes > event_documents_bytes_max)
            return publish_later(tx, caller, std::span(users).subspan(i), change);
        const auto user = users[i];
        auto pending = publication.pending_groups(user);
        add_to(pending, change);
        if (!pending.empty()) {
            bytes += publish_user_groups(tx, caller, publication, user, pending);
            continue;
        }
        pending_group_events::forget(tx, caller.directory, user);
        if (publication.published_roles(user) != publication.current_roles(user))
            request_role_recompute(tx, caller);
    }
}

}  // namespace

void publish_membership(store::transaction& tx, const caller& caller, const resources::membership& group,
        const membership_change& change, const std::string& batch_id) {
    const auto added = without_held(tx, caller, change.added());
    const auto removed = without_held(tx, caller, change.removed());
    publish_batch(tx, caller, {member_added, group, added, {}, batch_id});
    publish_batch(tx, caller, {member_removed, group, removed, {}, batch_id});
    publish_user_updates(tx, caller, users_among(added), {group, false, {}});
    publish_user_updates(tx, caller, users_among(removed), {group, true, {}});
}

std::vector<resources::member_row> without_held(
        store::transaction& tx, const caller& caller, std::vector<resources::member_row> members) {
    if (!members.empty() && held_users::count(tx, caller.directory) > 0)
        std::erase_if(
                members, [&](const auto& one) { return held_users::is_held(tx, caller.directory, one.id); });
    return members;
}

std::vector<resource_id> users_in(store::transaction& tx, const caller& caller, resource_id group) {
    const bool has_held = held_users::count(tx, caller.directory) > 0;
    std::vector<resource_id> users;
    resources::members_of(tx, caller.directory, group, [&](const resources::member_row& member) {
        if (member.type == "User" && !(has_held && held_users::is_held(tx, caller.directory, member.id)))
            users.push_back(member.id);
        return true;
    });
    return users;
}

void publish_lost_group(store::transaction& tx, const caller& caller, const resources::membership& group,
        const std::vector<resource_id>& users, const std::string& caused_by) {
    publish_user_updates(tx, caller, users, {group, true, caused_by});
}

void note_lost_group(store::transaction& tx, const caller& caller, const resources::membership& group,
        const std::vector<resource_id>& users, std::int64_t change_id) {
    const auto origin = event_source_text(event_source_of(caller));
    pending_group_events::ensure_change(tx, caller.directory, change_id, {group.display_name, origin, {}});
    record_pending(tx, caller, users, {group, true, {}}, change_id);
}

std::optional<directory_id> next_to_publish(store::transaction& tx, directory_id after) {
    for (const auto start : {after, directory_id{}}) {
        auto next = pending_group_events::next_directory(tx, start);
        while (next && store::membership_jobs::has_removal(tx, *next))
            next = pending_group_events::next_directory(tx, *next);
        if (next)
            return next;
    }
    return std::nullopt;
}

bool publish_pending(store::transaction& tx, const scim::catalogue_set& schemas, directory_id directory) {
    const auto owner = store::tenants::owner_of(tx, directory);
    const auto found = owner ? store::tenants::find_directory(tx, *owner, directory) : std::nullopt;
    std::size_t bytes = 0;
    for (const auto user :
            pending_group_events::users(tx, directory, static_cast<std::int64_t>(publish_batch_max))) {
        if (bytes > event_documents_bytes_max)
            return true;
        const auto pending = pending_group_events::of_user(tx, directory, user);
        if (found) {  // else the directory is being deleted, and that is its only event
            const auto caller = caller_for(parse_event_source(pending.back().from.origin), *found, schemas);
            user_publication publication(tx, caller);
            bytes += publish_user_groups(tx, caller, publication, user, pending);
        }
        pending_group_events::forget(tx, directory, user);
    }
    if (pending_group_events::has_any(tx, directory))
        return true;
    pending_group_events::remove_changes(tx, directory, changes_removed_max);
    return false;
}

void publish_gained_member(store::transaction& tx, const caller& caller,
        const std::vector<resources::membership>& groups, const resources::member_row& member,
        const std::string& caused_by) {
    const std::vector<resources::member_row> members{member};
    for (const auto& group : groups)
        publish_batch(tx, caller, {member_added, group, members, caused_by});
}

void publish_lost_member(store::transaction& tx, const caller& caller,
        const std::vector<resources::membership>& groups, const resources::member_row& member) {
    const std::vector<resources::member_row> members{member};
    for (const auto& group : groups)
        publish_batch(tx, caller, {member_removed, group, members, {}});
}

}  // namespace scimd::service
