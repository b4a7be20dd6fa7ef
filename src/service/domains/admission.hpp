// What becomes of a user whom a client makes or changes: let in, held back, or refused.
//
// The domain policy `hold` takes newcomers in whose domain is not verified, and shows them to SCIM alone. Who
// has been let in stays so, whatever becomes of the domain; but nobody who is known may take on an address of
// an unverified domain, because then it would be the application that believes it.
//
// What is stored already is not a reason to refuse a change of something else, but for the primary address
// with the policy `reject`; and a change that leaves the user inactive passes unless it brings an address
// that was not there (docs/decisions/0004, 0038).
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_gate.hpp"
#include "store/engine/transaction.hpp"
#include "store/held_users.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace scimd::service {

constexpr std::string_view seat_limit_reason = "seat_limit";

// At most one of the two.
struct admission {
    std::optional<gate_refusal> refusal{};  // nothing is written but this
    std::optional<gate_refusal> hold{};     // stored, and kept back for this reason
};

// A user as the gate sees it; both outlive the call.
struct judged_user {
    const json::object& document;  // canonical
    const std::vector<user_address>& addresses;
};

// Whether a user is active: it is, unless its document says otherwise.
bool is_active(const json::object& user);

admission admit_new(
    store::transaction& tx, const caller& who, domain_look_up& domains, const judged_user& user
);
admission admit_change(
    store::transaction& tx,
    const caller& who,
    domain_look_up& domains,
    const judged_user& before,
    const judged_user& after,
    bool was_held
);
// How a hold is written down.
store::held_users::held_user as_held(resource_id user, const gate_refusal& why);

// Of somebody who is held: whether it has to stay so.
std::optional<gate_refusal> reason_to_hold(
    store::transaction& tx, const caller& who, domain_look_up& domains, const judged_user& user
);

}  // namespace scimd::service
