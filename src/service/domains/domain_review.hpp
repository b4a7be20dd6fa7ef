// Users who are in a directory are judged again when the owner of a domain or what the directory asks of
// addresses has changed. No user is held or refused by it: what the gate would have against a user is listed
// in the ledger of refusals, with the user's id, until the user's addresses or the owners of their domains
// are others.
//
// The schema's triggers ask for a review (store/domain_reviews.hpp). It is done in steps, each with a read
// that finds users and a transaction that writes what has come of them, so that it goes on where it was after
// a restart.
#pragma once

#include "base/id.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_gate.hpp"
#include "store/domain_reviews.hpp"
#include "store/engine/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace scimd::service {

constexpr std::int64_t review_rows_max = 1'000;        // that one step looks at
constexpr std::size_t review_bytes_max = 1024 * 1024;  // of their documents
constexpr std::size_t review_findings_max = 100;       // users that one step writes about
constexpr std::int64_t standing_refusals_max = 5'000;  // open ones of a directory; beyond it none is added

// What one step has found.
struct review_step {
    store::domain_reviews::review from;     // where it began
    std::optional<directory_id> directory;  // that it has looked at; empty: there is none left
    resource_id last;                       // the last user that it has looked at
    bool is_directory_complete = false;
    std::vector<resource_id> users;  // about whom something is to be written
};

// Empty: there is nothing to review. Only reads.
std::optional<review_step> look_over_some(
    store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas
);

// Judges the users of the step as they are now, and notes how far the review has come.
void finish_step(
    store::transaction& tx,
    environment_id environment,
    const scim::catalogue_set& schemas,
    const review_step& what
);

// The ledger has nothing of the user but what is among these.
void resolve_standing_refusals(
    store::transaction& tx, const caller& who, resource_id user, const std::vector<gate_refusal>& objections
);

}  // namespace scimd::service
