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
    const house& home;
    call& on;
    service::target what;
    work_budget::mark charged{};  // before the first preparation
};
using shared_request = std::shared_ptr<const removal_request>;
using shared_removal = std::shared_ptr<const service::prepared_removal>;

reply removed(const call& on)
{
    return scim_response(on, 204, {});
}

// Of one with very many memberships.
reply finish_removal(const removal_request& asked)
{
    auto& on = asked.on;
    const resource_id which{parse_prefixed(asked.what.id, asked.what.type->id_prefix).value()};
    return finish_jobs(asked.home, on, which, [&on](store::transaction&) { return removed(on); });
}

reply begin_round(const shared_request& asked, int round);

reply remove_here(const removal_request& asked, store::transaction& tx)
{
    auto done = service::remove(tx, asked.on.who, asked.what);
    return done ? removed(asked.on) : reply(scim_error(asked.on, done.error()));
}

reply write(const shared_request& asked, const shared_removal& removal, int round)
{
    return write_behind_jobs(
        asked->home,
        asked->on,
        asked->what,
        [asked, removal, round](store::transaction& tx) -> reply {
            auto& on = asked->on;
            if (auto good = judge_again(on, tx); !good)
                return scim_error(on, good.error());
            const auto is_large = service::membership_jobs::begin_removal(tx, on.who, asked->what);
            if (!is_large)
                return scim_error(on, is_large.error());
            if (*is_large)
                return finish_removal(*asked);
            if (service::remove(tx, on.who, *removal))
                return removed(on);
            note_overtaken(asked->home, on, asked->charged);
            if (round < preparations_max)
                return begin_round(asked, round + 1);
            return prepare_in_writer(on, [&] { return remove_here(*asked, tx); });
        }
    );
}

reply prepare(
    const shared_request& asked, const store::resources::row& found, store::transaction& snapshot, int round
)
{
    auto prepared = service::prepare_removal(snapshot, asked->on.who, asked->what, found);
    if (!prepared)
        return scim_error(asked->on, prepared.error());
    const auto removal = std::make_shared<const service::prepared_removal>(std::move(*prepared));
    asked->on.held_bytes = removal->bytes();
    return write(asked, removal, round);
}

reply begin_round(const shared_request& asked, int round)
{
    return prepare_on_snapshot(
        {.on = asked->on,
         .load = [asked](store::transaction& snapshot
                 ) { return service::load(snapshot, asked->on.who, asked->what); },
         .prepare = [asked, round](
                        store::transaction& snapshot, const store::resources::row& found
                    ) { return prepare(asked, found, snapshot, round); }}
    );
}

}  // namespace

reply delete_resource(const house& home, call& on)
{
    auto what = read_target(on);
    if (!what)
        return scim_error(on, what.error());
    return begin_round(
        std::make_shared<const removal_request>(removal_request{home, on, std::move(*what), on.work.here()}),
        1
    );
}

}  // namespace scimd::api
