// Changes as events: written in the transaction of the change, one an object and request, none when nothing
// changed.
//
// The envelope is a superset of Scalekit's (docs/events.md). Its bytes are made once and never again: stored,
// streamed and, later, signed as they are.
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_gate.hpp"
#include "service/events/event_text.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service {

constexpr std::size_t event_members_max =
    100;  // of a membership event; a larger change makes several of one batch

struct event_draft {
    std::string_view type;    // "organization.directory.user_created"
    std::string_view object;  // "DirectoryUser"
    std::int64_t object_version = 0;
    json::object data;
    std::vector<std::string> changed_attributes;
    json::object previous_attributes;
    std::optional<state_difference> update{};  // of an update of an object
    std::string batch_id;                      // empty: none
    std::string caused_by;                     // the id of the event that led to this one; empty: none
};

// Names what differs between two states of an object, and what it was. raw_attributes differ whenever
// anything does, so they are named only when nothing else is.
void note_difference(const json::object& before, const json::object& after, event_draft& draft);

// Gives the event its id, time and, in a directory, sequence number and appends it to the log; returns its
// id.
std::string publish(
    store::transaction& tx, const event_source& from, const event_place& where, event_draft draft
);
std::string publish(store::transaction& tx, const caller& who, event_draft draft);

// The text of a message that looks like an event of the environment but is not in the log: it has no cursor.
std::string text_outside_log(event_id id, time_point now, const event_source& from, event_draft draft);

// One resource before and after a request, in normalized form.
struct resource_change {
    const scim::resource_type* type = nullptr;
    std::int64_t version = 0;
    std::optional<json::object> before;       // empty: created
    std::optional<json::object> after;        // empty: deleted
    std::string_view reason = "scim_delete";  // of a deletion
};

// user_created, group_updated, resource_deleted, … Returns the event's id.
std::string publish_change(store::transaction& tx, const caller& who, resource_change change);

// An event with everything but what only the transaction knows that publishes it: its id, its time, its place
// in the log, and the id of a resource that it creates. A value.
struct prepared_event {
    std::string type;
    std::string from_type;     // of the envelope's text: from "type" to what belongs before the time
    std::string from_version;  // from "object_version" or "context" to the end
    // In `from_version`: where the number of a created resource's id, or the time of a deletion, belongs.
    std::size_t gap = 0;
};

// The id in `after` of a created resource is not looked at.
prepared_event prepare_change(const caller& who, resource_change change);

// Returns the event's id.
std::string publish(store::transaction& tx, const caller& who, const prepared_event& event);
std::string publish_created(
    store::transaction& tx, const caller& who, const prepared_event& event, resource_id created
);

std::string publish_deleted(store::transaction& tx, const caller& who, const prepared_event& event);

// A user that the domain gate kept out: what identifies it, and why.
void publish_refusal(
    store::transaction& tx, const caller& who, const json::object& user, const gate_refusal& why
);

}  // namespace scimd::service
