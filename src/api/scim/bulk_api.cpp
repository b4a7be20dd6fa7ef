#include "api/scim/bulk_api.hpp"

#include "api/render.hpp"
#include "api/scim/scim_body.hpp"
#include "scim/messages/bulk.hpp"
#include "scim/patch/strict.hpp"
#include "scim/schema/urn.hpp"
#include "service/scim/bulk.hpp"

#include <memory>
#include <utility>

namespace scimd::api {
namespace {

using shared_job = std::shared_ptr<const service::bulk_job>;  // transaction steps are copied

// Runs the next batch of operations. Each batch is a transaction of its own, so that other writers get their
// turn in between.
reply run_next_batch(const request_context& request, shared_job job, service::bulk_progress progress) {
    return transaction_step{store::intent::write,
            [&request, job = std::move(job), progress = std::move(progress)](
                    store::transaction& tx) -> reply {
                auto next = progress;
                service::run_bulk(tx, request.caller, *job, next);
                if (next.is_done(*job))
                    return scim_response(request, 200, scim::bulk_message(next.results));
                return run_next_batch(request, job, std::move(next));
            }};
}

}  // namespace

reply post_bulk(const server_context& server, request_context& request) {
    const auto bytes_max = server.bounds.scim_body_bytes_max;
    const auto too_large = scim::bulk_too_large(bytes_max);
    return with_json_body(
            request, {bytes_max, too_large}, [&request, too_large](const json::object& body) -> reply {
                const auto mode = request.caller.mode;
                if (mode == scim::conformance_mode::strict)
                    if (auto checked = scim::strict::check_message(body, scim::urn::bulk_request); !checked)
                        return scim_error(request, checked.error());
                auto bulk = scim::parse_bulk(body, *request.caller.schemas, too_large, mode);
                if (!bulk)
                    return scim_error(request, bulk.error());
                auto job = service::prepare_bulk(std::move(*bulk), mode, *request.caller.work);
                return run_next_batch(request, std::make_shared<const service::bulk_job>(std::move(job)), {});
            });
}

}  // namespace scimd::api
