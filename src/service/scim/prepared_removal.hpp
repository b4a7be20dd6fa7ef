// The deletion of one resource in two parts, as prepared_change.hpp has them: the text of its event, which
// holds all of the resource, is made on a snapshot.
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

struct prepared_removal {
    const scim::resource_type* type = nullptr;
    resource_id id;
    std::int64_t version = 0;
    store::resources::membership as_group;  // as its members see it
    bool is_held = false;                   // a user
    std::vector<user_address> addresses{};  // of a user
    std::optional<user_context> context;    // of a user's event
    std::optional<prepared_event> event;    // empty: it is held

    // What it holds while it waits.
    [[nodiscard]] std::size_t bytes() const noexcept { return event ? event->from_version.size() : 0; }
};

// Of the resource as it was loaded in this transaction. The error is final: the preconditions do not hold.
result<prepared_removal> prepare_removal(
    store::transaction& tx, const caller& who, const target& what, const store::resources::row& found
);

// In the transaction that writes. The id of its event, which is empty for a user who was held; nothing, and
// nothing has been written: the resource, or what its event says, is another by now.
std::optional<std::string> remove(store::transaction& tx, const caller& who, const prepared_removal& removal);

}  // namespace scimd::service
