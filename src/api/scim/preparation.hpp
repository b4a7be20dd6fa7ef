// What changes and deletions have in common: they are prepared on a snapshot, in parallel with other
// requests, and written by the writer (docs/decisions/0036).
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

// How often a request is prepared on a snapshot before it is prepared where it is written.
constexpr int preparations_max = 3;

// A larger document is not worked on by the threads that read sockets.
constexpr std::size_t prepared_inline_bytes_max = 64 * 1024;

// For a larger document memory is reserved before it is worked on. What smaller ones take is bounded by the
// places in the queue of the writer.
constexpr std::size_t unreserved_document_bytes_max = 4 * 1024;

struct preparation {
    const request_context& request;
    std::size_t states = 1;  // of the resource that are in memory at a time: documents, with their texts
    std::function<result<store::resources::row>(store::transaction&)> load;
    std::function<reply(store::transaction&, store::resources::row)> prepare;
};

// Loads the resource and prepares what becomes of it, in one transaction: in a scan when its document is
// large, and when memory for it has been reserved.
reply prepare_on_snapshot(preparation asked);

// To be called when a preparation does not hold any more. What the next one takes has not been asked for, so
// the work goes back to `charged`.
void record_overtaken(const server_context& server, request_context& request, work_budget::mark charged);

// Both in the writer, when no preparation has held. What is too large for the writer is refused: a
// preparation of it may hold the next time.
reply prepare_in_writer(const request_context& request, const std::function<reply()>& run);
reply changed_too_often(const request_context& request);

// A request that waited long for the writer may have lost the right to a change meanwhile (see
// late_body.hpp).
result<void> recheck(const request_context& request, store::transaction& tx);

}  // namespace scimd::api
