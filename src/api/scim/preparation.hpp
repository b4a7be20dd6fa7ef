// Optimistic concurrency of changes and deletions: they are prepared on a snapshot, in parallel with other
// requests, and then written by the writer, which repeats the preparation if the resource has changed
// meanwhile (docs/decisions/0036).
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "base/error.hpp"
#include "base/work_budget.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <functional>

namespace scimd::api {

// Attempts to prepare a request on a snapshot before it is prepared in the writer.
constexpr int preparations_max = 3;

// Larger documents are not processed on the threads that read sockets.
constexpr std::size_t prepared_inline_bytes_max = 64 * 1024;

// Memory is reserved before a larger document is processed. The length of the writer's queue bounds the
// memory of smaller ones.
constexpr std::size_t unreserved_document_bytes_max = 4 * 1024;

// One resource to be loaded and prepared. The request outlives it.
struct preparation {
    const request_context& request;
    std::size_t states = 1;  // copies of the resource in memory at a time, as document and as text
    std::function<result<store::resources::row>(store::transaction&)> load;
    std::function<reply(store::transaction&, store::resources::row)> prepare;
};

// Loads and prepares the resource in one read transaction. For a large document that is a scan, run after
// memory has been reserved.
reply prepare_on_snapshot(preparation asked);

// Called when another change made a preparation invalid. The client is not charged for the repetition:
// the computation used goes back to `charged`.
void record_conflict(const server_context& server, request_context& request, work_budget::mark charged);

// Calls `run`, which prepares the change in the writer, after every preparation on a snapshot became invalid.
// A change that is too large for the writer is rejected: a retry of the request may succeed.
reply prepare_in_writer(const request_context& request, const std::function<reply()>& run);

// The response to a change that is too large for the writer: 503.
reply changed_too_often(const request_context& request);

// Authenticates a request again that has waited long for the writer, since its token may have been revoked
// meanwhile (see auth/reauthenticate.hpp).
result<void> recheck(const request_context& request, store::transaction& tx);

}  // namespace scimd::api
