// Writes on groups that name very many members, and whatever else changes very many memberships.
//
// What such a request comes to is found on a snapshot, in a scan; the writer gets the difference. A large
// difference is written down and applied piece by piece, each a work of its own
// (service/groups/membership_jobs), and the request is answered when all of it is done.
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "base/error.hpp"
#include "scim/patch/patch.hpp"
#include "service/scim/provisioning.hpp"
#include "store/engine/transaction.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace scimd::api {

struct group_write {
    int status = 200;
    service::target what;  // its id is empty while the group is still to be created
    std::vector<scim::membership_operation> members;

    // All of the request but its members, and all of it: in the writer.
    std::function<result<service::provisioned>(store::transaction&)> rest;
    std::function<reply(store::transaction&)> whole;

    // Shows the group as it is then, in a read of its own; `done` says that it was done if that cannot be.
    std::function<reply(service::target, std::function<http::response()> done)> show;
};

// The work, or the first of the works, that does it.
reply write_group(
    const server_context& server, request_context& request, std::shared_ptr<const group_write> wanted
);

// A write on a resource, behind what is left to do to its memberships.
reply write_behind_jobs(
    const server_context& server,
    const request_context& request,
    const service::target& what,
    std::function<reply(store::transaction&)> run
);

// What is left to do to the resource's memberships, and then `run` in the last transaction.
reply finish_jobs(
    const server_context& server,
    const request_context& request,
    resource_id which,
    std::function<reply(store::transaction&)> run
);

}  // namespace scimd::api
