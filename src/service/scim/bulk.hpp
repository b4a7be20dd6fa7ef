// Executes a bulk request operation by operation, as if each had been sent alone (RFC 7644 §3.7).
//
// An operation is atomic: it leaves all of its changes and events or none. POSTs that refer to each other in
// a circle are atomic together. The request as a whole is not a transaction: it runs in batches, one database
// transaction each, so that other writers come in between.
//
// Thread contract: prepare_bulk() needs no transaction and runs on any thread; run_bulk() runs in the writer.
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

// A batch (one transaction of the writer) ends with the operation that reaches either limit.
constexpr std::size_t bulk_batch_operations_max = 100;
constexpr std::chrono::milliseconds bulk_batch_time_max{20};

// Limits of a batch while other tenants wait for the writer.
constexpr std::size_t bulk_batch_operations_shared_max = 10;
constexpr std::chrono::milliseconds bulk_batch_time_shared_max{2};

// POSTs in one circle of references, which have to run in one batch; a larger circle is answered 409.
constexpr std::size_t bulk_circle_max = 100;

// Members that one operation, or one circle, may name, and members that a group may have for its members to
// be replaced or filtered. An operation of a bulk request is never split over several transactions, as a
// single request is (service/groups/membership_jobs.hpp).
constexpr std::size_t bulk_members_max = 1'000;

// The parsed `data` of an operation: nothing (DELETE), a resource (POST, PUT) or a PATCH.
using bulk_body = std::variant<std::monostate, scim::parsed_body, scim::patch>;

// A parsed and planned bulk request. Immutable while it is executed.
struct bulk_job {
    scim::bulk_request request;
    std::vector<scim::bulk_unit> units;
    // One for each operation. Data that refer to other operations are parsed when these have run.
    std::vector<result<bulk_body>> bodies;
    scim::conformance_mode mode = scim::conformance_mode::compat;
};

// Parses what can be parsed before the first transaction. Throws work_limit_exceeded.
bulk_job prepare_bulk(scim::bulk_request request, scim::conformance_mode mode, work_budget& work);

// The state of a bulk request between two of its batches.
struct bulk_progress {
    std::size_t next_unit = 0;
    std::size_t errors = 0;
    std::map<std::string, std::string> ids;                 // of the created resources, by bulkId
    std::vector<std::optional<scim::bulk_result>> results;  // one for each operation; empty: not reached yet

    [[nodiscard]] bool is_done(const bulk_job& job) const noexcept;
};

// Runs the next batch. An operation that exceeds the work budget of the whole request fails, and so do all
// operations after it.
void run_bulk(store::transaction& tx, const caller& caller, const bulk_job& job, bulk_progress& progress);

}  // namespace scimd::service
