// What becomes of a user whom a client makes or changes: let in, held back, or refused.
//
// The domain policy `hold` takes newcomers in whose domain is not verified, and shows them to SCIM alone. Who
// has been let in stays so, whatever becomes of the domain; but nobody who is known may take on an address of
// an unverified domain, because then it would be the application that believes it.
#pragma once

#include "base/json.hpp"
#include "service/caller.hpp"
#include "service/domains.hpp"
#include "store/transaction.hpp"

#include <optional>
#include <string_view>

namespace scimd::service {

constexpr std::string_view seat_limit_reason = "seat_limit";

// At most one of the two.
struct admission {
    std::optional<gate_refusal> refusal{};  // nothing is written but this
    std::optional<gate_refusal> hold{};     // stored, and kept back for this reason
};

// Both documents are canonical.
admission admit_new(store::transaction& tx, const caller& who, const json::object& user);
admission admit_change(
    store::transaction& tx,
    const caller& who,
    const json::object& before,
    const json::object& after,
    bool was_held
);
// Of somebody who is held: whether it has to stay so.
std::optional<gate_refusal> reason_to_hold(
    store::transaction& tx, const caller& who, const json::object& user
);

}  // namespace scimd::service
