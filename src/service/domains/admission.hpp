// Admission of users: a user that a client creates or changes is accepted, held, or refused, by the domain
// policy of the directory and the seat limit of the organization. Functions of a transaction.
//
// The policy `hold` stores a new user whose domain is not verified and shows it to SCIM only. An accepted
// user stays accepted, whatever happens to the domain; but a known user cannot get an address of an
// unverified domain, because applications would trust it.
//
// Stored addresses are no reason to refuse a change of something else, except for the primary address with
// the policy `reject`. A change that leaves the user inactive passes unless it adds an address
// (docs/decisions/0004, 0038).
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

// The decision about a user: at most one of the two. Both empty: accepted.
struct admission {
    std::optional<gate_refusal> refusal{};  // the change is refused; only the refusal is recorded
    std::optional<gate_refusal> hold{};     // the user is stored and held for this reason
};

// The parts of a user that are checked; both outlive the call.
struct checked_user {
    const json::object& document;  // canonical
    const std::vector<user_address>& addresses;
};

// Whether a user is active: it is, unless its document says otherwise.
bool is_active(const json::object& user);

admission admit_new(
        store::transaction& tx, const caller& caller, domain_lookup& domains, const checked_user& user);
admission admit_change(store::transaction& tx, const caller& caller, domain_lookup& domains,
        const checked_user& before, const checked_user& after, bool was_held);
// The row of a held user.
store::held_users::held_user as_held(resource_id user, const gate_refusal& reason);

// Why a held user has to stay held; empty: it can be released.
std::optional<gate_refusal> reason_to_hold(
        store::transaction& tx, const caller& caller, domain_lookup& domains, const checked_user& user);

}  // namespace scimd::service
