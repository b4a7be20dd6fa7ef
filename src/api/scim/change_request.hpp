// A POST, PUT or PATCH of one resource, with optimistic concurrency: prepared on a snapshot, in parallel with
// other requests, and then written by the writer (docs/decisions/0036).
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "base/error.hpp"
#include "service/scim/prepared_change.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace scimd::api {

// A change that a request asks for. The server and the request outlive it. One thread at a time.
struct change_request {
    const server_context& server;
    request_context& request;
    int status = 200;                       // of the response to a change that succeeds
    std::optional<service::target> target;  // empty: the change creates a resource

    // Prepares the change of the row, which was loaded in the same transaction; a creation ignores it.
    std::function<result<service::prepared_change>(store::transaction&, store::resources::row)> prepare;
    work_budget::mark charged{};  // computation before the first preparation, see record_conflict
};

// Shared by the transaction steps of one request.
using shared_request = std::shared_ptr<const change_request>;
shared_request share(change_request asked);

// Prepares the change on a snapshot and writes it in a second transaction. Prepares it again when another
// change was committed in between.
reply change_in_two_parts(const shared_request& asked);

// Prepares and writes the change in the writer's transaction: for the members of groups, which change so
// often that a preparation is seldom valid when its turn comes.
reply change_here(const shared_request& asked, store::transaction& tx);

// Whether the directory answers a successful PATCH with 204 (`patch_status`). A request that asks for
// attributes gets them all the same (RFC 7644 §3.5.2).
bool answers_without_body(const request_context& request, const scim::projection& shown);

// Reads a long resource in a scan of its own and streams it. The response shows the state of that time, which
// its version tells. After a change, which is committed by then, the resource may have been deleted
// meanwhile: that is answered 404. `on_failure` makes the response when the store fails.
reply read_whole(const server_context& server, const request_context& request, int status,
        service::target target, std::function<http::response()> on_failure = {});

}  // namespace scimd::api
