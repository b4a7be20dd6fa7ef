// Review of stored users: when the owner of a domain or the domain policy of a directory changes, the users
// of the directory are checked again. The review holds and refuses no user: the objections to a user are
// listed in the log of refusals, with the user's id, until the addresses of the user or the owners of their
// domains change.
//
// Triggers of the database schema request reviews (store/domain_reviews.hpp). A job does them in steps, each
// a read that finds users and a transaction that writes about them, so that a review continues after a
// restart.
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

constexpr std::int64_t review_rows_max = 1'000;        // users that one step reads
constexpr std::size_t review_bytes_max = 1024 * 1024;  // of their documents
constexpr std::size_t review_findings_max = 100;       // users that one step writes about
constexpr std::int64_t standing_refusals_max =
        5'000;  // open ones of a directory; further ones are not listed

// The findings of one step.
struct review_step {
    store::domain_reviews::review from;     // as read
    std::optional<directory_id> directory;  // directory that it has read; empty: none is left
    resource_id last;                       // last user that it has read
    bool is_directory_complete = false;
    std::vector<resource_id> users;  // users about whom the log of refusals has to change
};

// Reads the next users and finds those about whom to write. Empty: nothing is to be reviewed. Writes nothing.
std::optional<review_step> find_review_step(
        store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas);

// Checks the users of the step as they are now, writes the objections, and stores the progress of the review.
void apply_review_step(store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas,
        const review_step& step);

// Marks the listed refusals of the user as resolved that are not among these objections.
void resolve_standing_refusals(store::transaction& tx, const caller& caller, resource_id user,
        const std::vector<gate_refusal>& objections);

}  // namespace scimd::service
