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

using shared_job = std::shared_ptr<const service::bulk_job>;  // of all copies of the next round's work

// Each round is a work of its own, so that others write in between.
reply next_round(const call& on, shared_job job, service::bulk_progress progress)
{
    return work{
        store::intent::write,
        [&on, job = std::move(job), progress = std::move(progress)](store::transaction& tx) -> reply {
            auto next = progress;
            service::run_bulk(tx, on.who, *job, next);
            if (next.is_done(*job))
                return scim_response(on, 200, scim::bulk_message(next.results));
            return next_round(on, job, std::move(next));
        }
    };
}

}  // namespace

reply post_bulk(const house& home, call& on)
{
    const auto bytes_max = home.bounds.scim_body_bytes_max;
    const auto too_large = scim::bulk_too_large(bytes_max);
    return with_json_body(on, {bytes_max, too_large}, [&on, too_large](const json::object& body) -> reply {
        const auto how = on.who.leniency;
        if (how == scim::leniency::strict)
            if (auto checked = scim::strict::check_message(body, scim::urn::bulk_request); !checked)
                return scim_error(on, checked.error());
        auto request = scim::parse_bulk(body, *on.who.schemas, too_large, how);
        if (!request)
            return scim_error(on, request.error());
        auto job = service::prepare_bulk(std::move(*request), how, *on.who.work);
        return next_round(on, std::make_shared<const service::bulk_job>(std::move(job)), {});
    });
}

}  // namespace scimd::api
