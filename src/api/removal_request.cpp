// A DELETE of one resource: prepared on a snapshot, as other changes are (see change_request.hpp), but for
// one with very many memberships, which is deleted in pieces.
#include "api/authenticate.hpp"
#include "api/change_request.hpp"
#include "api/group_write.hpp"
#include "api/render.hpp"
#include "api/scim_api.hpp"
#include "service/membership_jobs.hpp"
#include "service/prepared_removal.hpp"
#include "service/provisioning.hpp"

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

// When no preparation has held. One that is too large for the writer may hold the next time.
reply remove_here(const removal_request& asked, store::transaction& tx)
{
    try {
        auto done = service::remove(tx, asked.on.who, asked.what);
        return done ? removed(asked.on) : reply(scim_error(asked.on, done.error()));
    } catch (const stage_limit_exceeded&) {
        return changed_too_often(asked.on);
    }
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
            on.work.rewind(asked->charged);
            on.work.restart_stage();
            asked->home.figures
                .count("scimd_changes_overtaken_total", "Prepared changes that another change came before.")
                .add();
            return round < preparations_max ? begin_round(asked, round + 1) : remove_here(*asked, tx);
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
    return work{store::intent::read, [asked, round](store::transaction& snapshot) -> reply {
                    const auto& on = asked->on;
                    const auto found = service::load(snapshot, on.who, asked->what);
                    if (!found)
                        return scim_error(on, found.error());
                    if (found->document.size() <= prepared_inline_bytes_max)
                        return prepare(asked, *found, snapshot, round);
                    return work{store::intent::scan, [asked, round](store::transaction& later) -> reply {
                                    const auto again = service::load(later, asked->on.who, asked->what);
                                    return again ? prepare(asked, *again, later, round)
                                                 : reply(scim_error(asked->on, again.error()));
                                }};
                }};
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
