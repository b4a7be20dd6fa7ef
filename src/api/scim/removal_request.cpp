// A DELETE of one resource: prepared on a snapshot, as other changes are (see preparation.hpp), but for
// one with very many memberships, which is deleted in pieces.
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

struct removal_request {
    const server_context& server;
    request_context& request;
    service::target what;
    work_budget::mark charged{};  // before the first preparation
};
using shared_request = std::shared_ptr<const removal_request>;
using shared_removal = std::shared_ptr<const service::prepared_removal>;

reply removed(const request_context& request)
{
    return scim_response(request, 204, {});
}

// Of one with very many memberships.
reply finish_removal(const removal_request& asked)
{
    auto& request = asked.request;
    const resource_id which{parse_prefixed(asked.what.id, asked.what.type->id_prefix).value()};
    return finish_jobs(asked.server, request, which, [&request](store::transaction&) {
        return removed(request);
    });
}

reply begin_round(const shared_request& asked, int round);

reply remove_here(const removal_request& asked, store::transaction& tx)
{
    auto done = service::remove(tx, asked.request.caller, asked.what);
    return done ? removed(asked.request) : reply(scim_error(asked.request, done.error()));
}

reply write(const shared_request& asked, const shared_removal& removal, int round)
{
    return write_behind_jobs(
        asked->server,
        asked->request,
        asked->what,
        [asked, removal, round](store::transaction& tx) -> reply {
            auto& request = asked->request;
            if (auto good = recheck(request, tx); !good)
                return scim_error(request, good.error());
            const auto is_large = service::membership_jobs::begin_removal(tx, request.caller, asked->what);
            if (!is_large)
                return scim_error(request, is_large.error());
            if (*is_large)
                return finish_removal(*asked);
            if (service::remove(tx, request.caller, *removal))
                return removed(request);
            record_overtaken(asked->server, request, asked->charged);
            if (round < preparations_max)
                return begin_round(asked, round + 1);
            return prepare_in_writer(request, [&] { return remove_here(*asked, tx); });
        }
    );
}

reply prepare(
    const shared_request& asked, const store::resources::row& found, store::transaction& snapshot, int round
)
{
    auto prepared = service::prepare_removal(snapshot, asked->request.caller, asked->what, found);
    if (!prepared)
        return scim_error(asked->request, prepared.error());
    const auto removal = std::make_shared<const service::prepared_removal>(std::move(*prepared));
    asked->request.prepared_bytes = removal->bytes();
    return write(asked, removal, round);
}

reply begin_round(const shared_request& asked, int round)
{
    return prepare_on_snapshot(
        {.request = asked->request,
         .load = [asked](store::transaction& snapshot
                 ) { return service::load(snapshot, asked->request.caller, asked->what); },
         .prepare = [asked, round](
                        store::transaction& snapshot, const store::resources::row& found
                    ) { return prepare(asked, found, snapshot, round); }}
    );
}

}  // namespace

reply delete_resource(const server_context& server, request_context& request)
{
    auto what = read_target(request);
    if (!what)
        return scim_error(request, what.error());
    return begin_round(
        std::make_shared<const removal_request>(
            removal_request{server, request, std::move(*what), request.budget.here()}
        ),
        1
    );
}

}  // namespace scimd::api
