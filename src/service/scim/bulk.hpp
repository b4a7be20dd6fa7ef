// A bulk request done operation by operation, as if each had been sent alone (RFC 7644 §3.7).
//
// Each operation leaves all of its traces or none, and so do POSTs that refer to each other in a circle,
// together. The request as a whole is no transaction: it is done in rounds, between which others write.
#pragma once

#include "scim/messages/bulk.hpp"
#include "scim/messages/bulk_plan.hpp"
#include "scim/patch/patch.hpp"
#include "scim/resource.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace scimd::service {

// One round in the writer's hands ends with the operation that reaches either.
constexpr std::size_t bulk_round_operations_max = 100;
constexpr std::chrono::milliseconds bulk_round_time_max{20};

// The same while other tenants wait for the writer.
constexpr std::size_t bulk_round_operations_shared_max = 10;
constexpr std::chrono::milliseconds bulk_round_time_shared_max{2};

// POSTs of one circle, which have to be done in one round; more are answered 409.
constexpr std::size_t bulk_circle_max = 100;

// Members that one operation names, or one circle; and that a group has whose members are replaced or
// filtered: no operation is done in pieces (service/groups/membership_jobs.hpp).
constexpr std::size_t bulk_members_max = 1'000;

using bulk_body = std::variant<std::monostate, scim::parsed_body, scim::patch>;

// A request made ready; never changes while it is done.
struct bulk_job {
    scim::bulk_request request;
    std::vector<scim::bulk_unit> units;
    // Of each operation that refers to no other: what its data say. The others' is read in their turn.
    std::vector<result<bulk_body>> bodies;
    scim::conformance_mode mode = scim::conformance_mode::compat;
};

// Throws work_limit_exceeded before anything is done.
bulk_job prepare_bulk(scim::bulk_request request, scim::conformance_mode mode, work_budget& work);

struct bulk_progress {
    std::size_t next_unit = 0;
    std::size_t errors = 0;
    std::map<std::string, std::string> ids;                 // of what was created, by bulkId
    std::vector<std::optional<scim::bulk_result>> results;  // by operation; empty: not reached yet

    [[nodiscard]] bool is_done(const bulk_job& job) const noexcept;
};

// Does the next round. An operation beyond the budget of the whole request fails, and so do all behind it.
void run_bulk(store::transaction& tx, const caller& who, const bulk_job& job, bulk_progress& progress);

}  // namespace scimd::service
