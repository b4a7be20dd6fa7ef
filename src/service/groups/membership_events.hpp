// Events for changes of memberships: batches of members for the group, one event for each user concerned.
//
// A request may change a hundred thousand memberships. The events of its own transaction are limited to the
// batches of group events and a few user events. The users of a larger change are recorded as pending
// (store/pending_group_events.hpp), and a job publishes one user_updated for each of them later, in the order
// of their ids, with everything that has changed since the last event of that user.
//
// Held users appear in no event.
//
// Thread contract: that of the transaction.
#pragma once

#include "base/id.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/caller.hpp"
#include "service/groups/membership.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service {

constexpr std::size_t published_at_once_max = 100;  // users of one change
constexpr std::size_t publish_batch_max = 100;      // users of one transaction of the job

// Limit of the documents of the users for whom one transaction makes events. The transaction ends with the
// document that exceeds it.
constexpr std::size_t event_documents_bytes_max = 512 * 1024;

// Publishes a change of a group's members: group_member_added and group_member_removed in batches, and a
// user_updated for each user concerned. With more than published_at_once_max users these are recorded as
// pending and published later.
void publish_membership(store::transaction& tx, const caller& caller,
        const store::resources::membership& group, const membership_change& change,
        const std::string& batch_id = {}  // of a change in several parts; empty: this is all of it
);

// The users among the members of a group, held ones left out.
std::vector<resource_id> users_in(store::transaction& tx, const caller& caller, resource_id group);

// Publishes that users have lost a deleted group. `caused_by` is the id of its group_deleted event.
void publish_lost_group(store::transaction& tx, const caller& caller,
        const store::resources::membership& group, const std::vector<resource_id>& users,
        const std::string& caused_by);

// Records users who have lost a group while it is being deleted in steps; their events are published after
// its end, with those of the other users. `change_id` names the pending change of all of them, which gets the
// group_deleted event as its cause once that exists.
void note_lost_group(store::transaction& tx, const caller& caller, const store::resources::membership& group,
        const std::vector<resource_id>& users, std::int64_t change_id);

// The members without held users.
std::vector<store::resources::member_row> without_held(
        store::transaction& tx, const caller& caller, std::vector<store::resources::member_row> members);

// Publishes that a member has been released from a hold: each of its groups shows it from now on.
void publish_gained_member(store::transaction& tx, const caller& caller,
        const std::vector<store::resources::membership>& groups, const store::resources::member_row& member,
        const std::string& caused_by);

// Publishes that a member leaves its groups because it is being deleted. The event of its deletion follows.
void publish_lost_member(store::transaction& tx, const caller& caller,
        const std::vector<store::resources::membership>& groups, const store::resources::member_row& member);

// The next directory after `after`, round robin, with pending group events. Directories in which a large
// resource is being deleted are skipped: the event that is the cause is still to come.
std::optional<directory_id> next_to_publish(store::transaction& tx, directory_id after);

// Publishes the pending group events of the next users of a directory; false: there are no more.
bool publish_pending(store::transaction& tx, const scim::catalogue_set& schemas, directory_id directory);

}  // namespace scimd::service
