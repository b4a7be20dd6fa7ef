// A change of one resource in two parts (docs/decisions/0036): what can be made ready on a snapshot, in
// parallel with other requests, and what has to be done where writes are serial.
//
// The first part reads the resource, applies the request to its document and makes every text that will be
// written, the event's too. The second part judges what other changes may have decided meanwhile (the domain
// gate, seats, uniqueness, memberships) and writes. It gives up when the resource is another than the one
// that the change was prepared from, or when an event would say something that is not so any more.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/patch/patch.hpp"
#include "scim/projection.hpp"
#include "scim/resource.hpp"
#include "scim/unique.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/user_addresses.hpp"
#include "service/events/events.hpp"
#include "service/request_log/request_trace.hpp"
#include "service/scim/etag.hpp"
#include "service/scim/representation.hpp"
#include "service/scim/user_context.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace scimd::service {

// What is asked of one resource.
struct target {
    const scim::resource_type* type = nullptr;
    std::string id;  // as it stands in the URL
    preconditions conditions;
    scim::projection wanted;
};

// The resource from which a change was prepared.
struct original {
    resource_id id;
    std::int64_t version = 0;
    time_point created;
    time_point modified;
    std::size_t bytes = 0;                  // of the stored text
    json::object document;                  // what the directory sees of it
    bool is_held = false;                   // a user; not looked at when the document stays as it is
    std::vector<user_address> addresses{};  // of a user whose document changes
};

struct prepared_change {
    const scim::resource_type* type = nullptr;
    std::optional<original> before;  // empty: the resource is created
    json::object after;
    bool has_changed = true;  // `after` differs from `before`
    std::string text;         // the stored document, once the change is done
    store::resources::index_columns columns;
    std::vector<scim::unique_value> unique_values;
    std::vector<scim::membership_operation> members;
    std::vector<user_address> addresses{};  // of a user, once the change is done
    std::optional<user_context> context;    // of a user's event
    std::optional<prepared_event> event;    // empty: the document stays as it is, or the user is held
    change_record note;                     // without the id of a created resource
    scim::projection shown;                 // of the answer

    // Nothing is to be written: the resource is as the client wants it.
    [[nodiscard]] bool is_done_already() const noexcept { return !has_changed && members.empty(); }
};

struct refused {
    error reason;
};
struct written {
    resource_id id;
    std::int64_t version = 0;
    time_point created;
    time_point modified;
};
// Something has changed since the preparation. Nothing has been written.
struct stale {};
using applied = std::variant<written, refused, stale>;

prepared_change prepare_creation(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const scim::parsed_body& body,
    const scim::projection& wanted
);

// Of the resource as it was loaded in this transaction. Their errors are final: they follow from the request
// and a state of the resource that was there while it was handled.
result<prepared_change> prepare_replacement(
    store::transaction& tx,
    const caller& who,
    const target& what,
    store::resources::row found,
    const scim::parsed_body& body
);
result<prepared_change> prepare_patch(
    store::transaction& tx,
    const caller& who,
    const target& what,
    store::resources::row found,
    const scim::patch& wanted
);

// In the transaction that writes. Never `stale` in the one in which the change was prepared.
result<applied> apply(store::transaction& tx, const caller& who, const prepared_change& change);

// The resource as the change has left it; a group as it is now, with its members.
representation represent(
    store::transaction& tx, const caller& who, const prepared_change& change, const written& done
);
// Without what other rows say: groups and members.
representation represent_alone(const caller& who, const prepared_change& change, const written& done);
// Whether that is all that represent() would show: the resource has none of them, or they are not wanted.
bool is_shown_alone(const prepared_change& change);

// Of a change that is_done_already.
written as_it_is(const prepared_change& change);

// A group as its members see it.
store::resources::membership as_membership(resource_id group, const json::object& document);

bool is_user(const scim::resource_type& type);

error not_found(const scim::resource_type& type, std::string_view id);

// The resource of a target; not_found.
result<store::resources::row> load(store::transaction& tx, const caller& who, const target& what);

}  // namespace scimd::service
