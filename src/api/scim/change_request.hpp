// A POST, PUT or PATCH of one resource: prepared on a snapshot, in parallel with other requests, and written
// by the writer (docs/decisions/0036).
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

struct change_request {
    const server_context& server;
    request_context& request;
    int status = 200;                     // of a success
    std::optional<service::target> what;  // empty: a creation
    // The resource that was loaded, in the same transaction; none of a creation.
    std::function<result<service::prepared_change>(store::transaction&, store::resources::row)> prepare;
    work_budget::mark charged{};  // before the first preparation: a further one has not been asked for
};

// Shared by the works that one request becomes.
using shared_request = std::shared_ptr<const change_request>;
shared_request share(change_request asked);

// The change is prepared again when another has come between its preparation and its turn to be written.
reply change_in_two_parts(const shared_request& asked);

// All of it in the writer's transaction: of members of groups, which change so often that a preparation
// seldom holds.
reply change_here(const shared_request& asked, store::transaction& tx);

// Whether the directory answers a PATCH that succeeds with 204 (`patch_status`). RFC 7644 §3.5.2: not where
// attributes are asked for.
bool answers_without_body(const request_context& request, const scim::projection& shown);

// A resource that is read in a scan of its own, where it may take as long as it is: as it is then, which its
// version says. A change has been committed by then; one whose resource has gone meanwhile has nothing to
// show, and one that cannot be shown whole now is answered by `otherwise`.
reply read_whole(
    const server_context& server,
    const request_context& request,
    int status,
    service::target what,
    std::function<http::response()> on_failure = {}
);

}  // namespace scimd::api
