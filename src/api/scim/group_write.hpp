// Writes on groups with very many members, and other requests that change very many memberships.
//
// The difference between the current and the requested members is planned on a snapshot, in a scan, and
// applied by the writer. A large difference is stored first as a membership job and applied in batches, each
// in a transaction of its own (service/groups/membership_jobs); the response is sent when the job is
// finished.
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

// A POST, PUT or PATCH of a group that changes its members. Shared by the transaction steps of the request.
struct group_write {
    int status = 200;
    service::target target;  // its id is empty until the group has been created
    std::vector<scim::membership_operation> members;

    // Writes everything but the members, in the writer.
    std::function<result<service::provisioned>(store::transaction&)> rest;

    // Writes everything at once, in the writer: for few members.
    std::function<reply(store::transaction&)> whole;

    // Reads the group after the write, in a transaction of its own, and makes the response. `done` makes the
    // response when the store fails at that.
    std::function<reply(service::target, std::function<http::response()> done)> show;
};

// Starts the write: the first transaction step.
reply write_group(
        const server_context& server, request_context& request, std::shared_ptr<const group_write> wanted);

// Runs `run` in the writer, after the unfinished membership jobs of the target.
reply write_behind_jobs(const server_context& server, const request_context& request,
        const service::target& target, std::function<reply(store::transaction&)> run);

// Finishes the membership jobs of the resource in as many transactions as they need, and calls `run` in the
// last one.
reply finish_jobs(const server_context& server, const request_context& request, resource_id resource,
        std::function<reply(store::transaction&)> run);

}  // namespace scimd::api
