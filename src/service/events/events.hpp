// Events about changes, written in the transaction of the change (transactional outbox): one for each object
// and request, none when nothing changed.
//
// The envelope is a superset of Scalekit's (docs/events.md). Its bytes are made once: they are stored,
// streamed and signed as they are. Functions of a transaction; values.
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

constexpr std::size_t event_members_max = 100;  // of a membership event; a larger change is a batch of events

// An event before it is published.
struct event_draft {
    std::string_view type;    // "organization.directory.user_created"
    std::string_view object;  // "DirectoryUser"
    std::int64_t object_version = 0;
    json::object data;
    std::vector<std::string> changed_attributes;
    json::object previous_attributes;
    std::optional<state_difference> update{};  // of an update
    std::string batch_id;                      // empty: none
    std::string caused_by;                     // id of the event that led to this one; empty: none
};

// Fills changed_attributes and previous_attributes from two states of an object. raw_attributes differ
// whenever any member does, so they are named only when nothing else is.
void note_difference(const json::object& before, const json::object& after, event_draft& draft);

// Appends the event to the log with its id, time and, in a directory, sequence number. Returns its id.
std::string publish(
        store::transaction& tx, const event_source& source, const event_place& place, event_draft draft);
std::string publish(store::transaction& tx, const caller& caller, event_draft draft);

// The text of a message that looks like an event of the environment but is not in the log: it has no cursor.
std::string text_outside_log(event_id id, time_point now, const event_source& source, event_draft draft);

// One resource before and after a request, in normalized form.
struct resource_change {
    const scim::resource_type* type = nullptr;
    std::int64_t version = 0;
    std::optional<json::object> before;       // empty: created
    std::optional<json::object> after;        // empty: deleted
    std::string_view reason = "scim_delete";  // of a deletion
};

// user_created, group_updated, resource_deleted, … Returns the event's id.
std::string publish_change(store::transaction& tx, const caller& caller, resource_change change);

// The text of an event that is made before its transaction, to keep work out of the writer. It lacks what
// only the transaction knows: id, time, position in the log, and the id of a created resource. A value.
struct prepared_event {
    std::string type;
    std::string from_type;     // part of the envelope from "type" up to the time
    std::string from_version;  // part of the envelope from "object_version" or "context" to the end
    // Position in `from_version` of the number of a created resource's id, or of the time of a deletion.
    std::size_t gap = 0;
};

// Prepares the event of a change. The id in `after` of a created resource is ignored.
prepared_event prepare_change(const caller& caller, resource_change change);

// These publish the event of an update, a creation and a deletion; they return its id.
std::string publish(store::transaction& tx, const caller& caller, const prepared_event& event);
std::string publish_created(
        store::transaction& tx, const caller& caller, const prepared_event& event, resource_id created);

std::string publish_deleted(store::transaction& tx, const caller& caller, const prepared_event& event);

// Publishes user_rejected about a user that the domain gate refused: what identifies the user, and the
// reason.
void publish_refusal(
        store::transaction& tx, const caller& caller, const json::object& user, const gate_refusal& refusal);

}  // namespace scimd::service
