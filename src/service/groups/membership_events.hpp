// What is told of changes of memberships, to the application: of the group in batches, of each user by
// itself.
//
// A request may change a hundred thousand memberships. What it tells in its own transaction is bounded by the
// batches; the users of so large a change hear of it from a job, in the order of their ids, each with one
// event of what has changed since the last one.
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

// Of the documents of the users for whom one transaction makes events; it ends with the one that exceeds
// them.
constexpr std::size_t event_documents_bytes_max = 512 * 1024;

// Events of a change: group_member_added and _removed in batches, and a user_updated for each user concerned;
// of more than told_at_once_max users it is noted (store/pending_group_events.hpp) and comes later. Users who
// are held are in none of them, here and below.
void publish_membership(
    store::transaction& tx,
    const caller& who,
    const store::resources::membership& group,
    const membership_change& change,
    const std::string& batch_id = {}  // of a change that comes in pieces; empty: this is all of it
);

// The members of a group who hear of its end.
std::vector<resource_id> users_in(store::transaction& tx, const caller& who, resource_id group);

// The group has gone: its users have lost it. `caused_by` is the id of the group's own event.
void publish_lost_group(
    store::transaction& tx,
    const caller& who,
    const store::resources::membership& group,
    const std::vector<resource_id>& users,
    const std::string& caused_by
);

// The group is being deleted, and these have lost it already: they hear of it with the others. `change_id` is
// that of the note for all of them, whose cause is the group's event once there is one.
void note_lost_group(
    store::transaction& tx,
    const caller& who,
    const store::resources::membership& group,
    const std::vector<resource_id>& users,
    std::int64_t change_id
);

// Without those who are held.
std::vector<store::resources::member_row> without_held(
    store::transaction& tx, const caller& who, std::vector<store::resources::member_row> members
);

// A member has come out of a hold: each of its groups shows it from now on.
void publish_gained_member(
    store::transaction& tx,
    const caller& who,
    const std::vector<store::resources::membership>& groups,
    const store::resources::member_row& member,
    const std::string& caused_by
);

// A member is being deleted, and each of its groups has changed with that: before the event of its end.
void publish_lost_member(
    store::transaction& tx,
    const caller& who,
    const std::vector<store::resources::membership>& groups,
    const store::resources::member_row& member
);

// The directory behind that one, in a ring, whose users are still to have events of their groups. While a
// resource is being deleted there, the event that is their cause is still to come.
std::optional<directory_id> next_to_publish(store::transaction& tx, directory_id after);

// Tells the next users of a directory what has not been told; false: that was all.
bool publish_pending(store::transaction& tx, const scim::catalogue_set& schemas, directory_id where);

}  // namespace scimd::service
