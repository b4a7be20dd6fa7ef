// A change of one resource in two phases (docs/decisions/0036): prepare_*() runs on a snapshot, in parallel
// with other requests; apply() runs in the writer, where changes are serial.
//
// The first phase reads the resource, applies the request to its document and produces every text that will
// be written, that of the event too. The second phase makes the decisions that depend on concurrent changes
// (domain gate, seat limit, uniqueness, memberships) and writes. It returns `stale` when the resource has a
// newer version than the one that the change was prepared from, or when the prepared event is outdated.
//
// Thread contract: values. Each function uses the transaction that it is given, and nothing else.
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

// A request on one resource: which one, under which preconditions, and what the response shows.
struct target {
    const scim::resource_type* type = nullptr;
    std::string id;  // as in the URL
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
    json::object document;                  // without attributes of schemas that the directory lacks
    bool is_held = false;                   // for a user whose document changes
    std::vector<user_address> addresses{};  // likewise
};

// The result of the first phase.
struct prepared_change {
    const scim::resource_type* type = nullptr;
    std::optional<original> before;  // empty: the resource is created
    json::object after;
    bool has_changed = true;  // `after` differs from `before`
    std::string text;         // the document to store
    store::resources::index_columns columns;
    std::vector<scim::unique_value> unique_values;
    std::vector<scim::membership_operation> members;
    std::vector<user_address> addresses{};  // of the changed user
    std::optional<user_context> context;    // of a user's event
    std::optional<prepared_event> event;    // empty: the document is unchanged, or the user is held
    change_record log_record;               // without the id of a resource that is still to be created
    scim::projection shown;                 // of the response

    // Whether there is nothing to write: the resource is as the client wants it.
    [[nodiscard]] bool is_done_already() const noexcept { return !has_changed && members.empty(); }
};

// The domain gate rejected the user, and that has been recorded.
struct refused {
    error reason;
};
// The change has been written.
struct written {
    resource_id id;
    std::int64_t version = 0;
    time_point created;
    time_point modified;
};
// A concurrent change has outdated the preparation. Nothing has been written: prepare again.
struct stale {};
using applied = std::variant<written, refused, stale>;

prepared_change prepare_creation(store::transaction& tx, const caller& caller,
        const scim::resource_type& type, const scim::parsed_body& body, const scim::projection& shown);

// Prepare a change of the resource `found`, which was loaded in this transaction. Errors are final: they
// follow from the request and from a state that the resource had while the request was handled.
result<prepared_change> prepare_replacement(store::transaction& tx, const caller& caller,
        const target& target, store::resources::row found, const scim::parsed_body& body);
result<prepared_change> prepare_patch(store::transaction& tx, const caller& caller, const target& target,
        store::resources::row found, const scim::patch& operations);

// The second phase, in the transaction that writes. Never `stale` in the transaction that prepared the
// change.
result<applied> apply(store::transaction& tx, const caller& caller, const prepared_change& change);

// The response: the resource as the change has left it; a group as it is in this transaction, with its
// members.
representation represent(
        store::transaction& tx, const caller& caller, const prepared_change& change, const written& done);
// The response without derived values (groups and members). Reads nothing.
representation represent_alone(const caller& caller, const prepared_change& change, const written& done);
// Whether represent() would show no derived values: the resource has none, or they are not requested.
bool is_shown_alone(const prepared_change& change);

// The result of a change that is_done_already().
written unchanged_result(const prepared_change& change);

// A group as an entry in the `groups` of its members.
store::resources::membership as_membership(resource_id group, const json::object& document);

bool is_user(const scim::resource_type& type);

error not_found(const scim::resource_type& type, std::string_view id);

// Reads the resource of a target; not_found.
result<store::resources::row> load(store::transaction& tx, const caller& caller, const target& target);

}  // namespace scimd::service
