// DELETE of one resource (RFC 7644 §3.6): prepared on a snapshot, as other changes are (see preparation.hpp).
// A resource with very many memberships is deleted in batches instead.
#include "api/render.hpp"
#include "api/scim/group_write.hpp"
#include "api/scim/preparation.hpp"
#include "api/scim/scim_api.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/scim/prepared_removal.hpp"
#include "service/scim/provisioning.hpp"

#include <memory>
#include <utility>

namespace scimd::api {
namespace {

// A deletion that a request asks for; shared by the transaction steps of the request, which outlives it.
struct removal_request {
    const server_context& server;
    request_context& request;
    service::target target;
    work_budget::mark charged{};  // computation before the first preparation
};
using shared_removal_request = std::shared_ptr<const removal_request>;
using shared_removal = std::shared_ptr<const service::prepared_removal>;

reply removed(const request_context& request) {
    return scim_response(request, 204, {});
}

// Goes on with the deletion of a resource with very many memberships until it is done.
reply finish_removal(const removal_request& asked) {
    auto& request = asked.request;
    const resource_id id{parse_prefixed(asked.target.id, asked.target.type->id_prefix).value()};
    return finish_jobs(
            asked.server, request, id, [&request](store::transaction&) { return removed(request); });
}

reply begin_attempt(const shared_removal_request& asked, int attempt);

reply remove_here(const removal_request& asked, store::transaction& tx) {
    auto done = service::remove(tx, asked.request.caller, asked.target);
    return done ? removed(asked.request) : reply(scim_error(asked.request, done.error()));
}

reply write(const shared_removal_request& asked, const shared_removal& removal, int attempt) {
    return write_behind_jobs(asked->server, asked->request, asked->target,
            [asked, removal, attempt](store::transaction& tx) -> reply {
                auto& request = asked->request;
                if (auto checked = recheck(request, tx); !checked)
                    return scim_error(request, checked.error());
                const auto is_large =
                        service::membership_jobs::begin_removal(tx, request.caller, asked->target);
                if (!is_large)
                    return scim_error(request, is_large.error());
                if (*is_large)
                    return finish_removal(*asked);
                if (service::remove(tx, request.caller, *removal))
                    return removed(request);
                record_conflict(asked->server, request, asked->charged);
                if (attempt < preparations_max)
                    return begin_attempt(asked, attempt + 1);
                return prepare_in_writer(request, [&] { return remove_here(*asked, tx); });
            });
}

reply prepare(const shared_removal_request& asked, const store::resources::row& found,
        store::transaction& snapshot, int attempt) {
    auto prepared = service::prepare_removal(snapshot, asked->request.caller, asked->target, found);
    if (!prepared)
        return scim_error(asked->request, prepared.error());
    const auto removal = std::make_shared<const service::prepared_removal>(std::move(*prepared));
    asked->request.prepared_bytes = removal->bytes();
    return write(asked, removal, attempt);
}

reply begin_attempt(const shared_removal_request& asked, int attempt) {
    return prepare_on_snapshot({.request = asked->request,
            .load =
                    [asked](store::transaction& snapshot) {
                        return service::load(snapshot, asked->request.caller, asked->target);
                    },
            .prepare =
                    [asked, attempt](store::transaction& snapshot, const store::resources::row& found) {
                        return prepare(asked, found, snapshot, attempt);
                    }});
}

}  // namespace

reply delete_resource(const server_context& server, request_context& request) {
    auto target = read_target(request);
    if (!target)
        return scim_error(request, target.error());
    return begin_attempt(std::make_shared<const removal_request>(
                                 removal_request{server, request, std::move(*target), request.budget.here()}),
            1);
}

}  // namespace scimd::api
