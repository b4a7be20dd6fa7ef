// The deletion of one resource in two phases, as in prepared_change.hpp: the text of its event, which holds
// the whole resource, is produced on a snapshot; the writer deletes.
// Thread contract: values. Each function uses the transaction that it is given, and nothing else.
#pragma once

#include "base/error.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/user_addresses.hpp"
#include "service/events/events.hpp"
#include "service/scim/prepared_change.hpp"
#include "service/scim/user_context.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service {

// The result of the first phase.
struct prepared_removal {
    const scim::resource_type* type = nullptr;
    resource_id id;
    std::int64_t version = 0;
    store::resources::membership as_group;  // as in the `groups` of its members
    bool is_held = false;                   // a user
    std::vector<user_address> addresses{};  // of a user
    std::optional<user_context> context;    // of a user's event
    std::optional<prepared_event> event;    // empty: the user is held

    // The memory that it takes while it waits for the writer.
    [[nodiscard]] std::size_t bytes() const noexcept { return event ? event->from_version.size() : 0; }
};

// Prepares the deletion of the resource `found`, which was loaded in this transaction. The error is final:
// the preconditions do not hold.
result<prepared_removal> prepare_removal(store::transaction& tx, const caller& caller, const target& target,
        const store::resources::row& found);

// The second phase, in the transaction that writes. Returns the id of the event, which is empty for a held
// user; nullopt when the preparation is stale, and then nothing has been written.
std::optional<std::string> remove(
        store::transaction& tx, const caller& caller, const prepared_removal& removal);

}  // namespace scimd::service
