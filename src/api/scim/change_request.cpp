#include "api/scim/change_request.hpp"

#include "api/render.hpp"
#include "api/scim/group_write.hpp"
#include "api/scim/preparation.hpp"
#include "base/spooled_text.hpp"
#include "base/work_budget.hpp"
#include "service/scim/provisioning.hpp"

#include <utility>
#include <variant>

namespace scimd::api {
namespace {

namespace resources = store::resources;

using shared_change = std::shared_ptr<const service::prepared_change>;

// Without members or groups that are read in a scan of their own.
http::response show_alone(
    const change_request& asked, const shared_change& change, service::representation made
)
{
    if (answers_without_body(asked.on, change->shown))
        return scim_version(204, made);
    return scim_resource(asked.on, asked.status, std::move(made));
}

// The resource as the change has left it.
reply show(const change_request& asked, const shared_change& change, service::representation made)
{
    const auto& on = asked.on;
    if (!made.later || answers_without_body(on, change->shown))
        return show_alone(asked, change, std::move(made));
    // RFC 7644 §3.5.2 lets a PATCH be answered without the resource unless attributes are asked for: whoever
    // adds one member to very many has no use for all of them.
    if (on.head.method == "PATCH" && change->type->name == "Group" && made.later->wanted.is_default())
        return scim_version(204, made);
    service::target what{change->type, std::move(made.later->id), {}, std::move(made.later->wanted)};
    auto otherwise = [&on, status = asked.status, made = std::move(made)] {
        return scim_resource(on, status, made);
    };
    return read_whole(asked.home, on, asked.status, std::move(what), std::move(otherwise));
}

// The change has been committed by then: the answer is made where others do not wait for it.
reply answer(const shared_request& asked, const shared_change& change, const service::written& done)
{
    if (service::is_shown_alone(*change))
        return deferred{[asked, change, done] {
            return show(*asked, change, service::represent_alone(asked->on.who, *change, done));
        }};
    return work{
        store::intent::read,
        [asked, change, done](store::transaction& tx) {
            return show(*asked, change, service::represent(tx, asked->on.who, *change, done));
        },
        [asked, change, done] {
            return show_alone(*asked, change, service::represent_alone(asked->on.who, *change, done));
        }
    };
}

result<resources::row> load(const change_request& asked, store::transaction& tx)
{
    return asked.what ? service::load(tx, asked.on.who, *asked.what) : resources::row();
}

// Empty: the preparation does not hold any more.
std::optional<reply> apply(const shared_request& asked, const shared_change& change, store::transaction& tx)
{
    const auto& on = asked->on;
    auto outcome = service::apply(tx, on.who, *change);
    if (!outcome)
        return scim_error(on, outcome.error());
    if (const auto* refusal = std::get_if<service::refused>(&*outcome))
        return recorded_refusal{scim_error(on, refusal->reason)};
    if (const auto* done = std::get_if<service::written>(&*outcome))
        return answer(asked, change, *done);
    return std::nullopt;
}

reply begin_round(const shared_request& asked, int round);

// In the writer, after what is left to do to the memberships of the resource.
reply write(const shared_request& asked, std::function<reply(store::transaction&)> run)
{
    if (asked->what)
        return write_behind_jobs(asked->home, asked->on, *asked->what, std::move(run));
    return work{store::intent::write, std::move(run)};
}

reply write_prepared(const shared_request& asked, const shared_change& change, int round)
{
    return write(asked, [asked, change, round](store::transaction& tx) -> reply {
        if (auto good = judge_again(asked->on, tx); !good)
            return scim_error(asked->on, good.error());
        if (auto outcome = apply(asked, change, tx))
            return std::move(*outcome);
        note_overtaken(asked->home, asked->on, asked->charged);
        if (round < preparations_max)
            return begin_round(asked, round + 1);
        return prepare_in_writer(asked->on, [&] { return change_here(asked, tx); });
    });
}

reply prepare(const shared_request& asked, resources::row found, store::transaction& snapshot, int round)
{
    auto prepared = asked->prepare(snapshot, std::move(found));
    if (!prepared)
        return scim_error(asked->on, prepared.error());
    const auto change = std::make_shared<const service::prepared_change>(std::move(*prepared));
    // Both states as documents, the text and the event.
    constexpr std::size_t copies = 5;
    asked->on.held_bytes = change->text.size() * copies;
    if (!change->is_done_already())
        return write_prepared(asked, change, round);
    const auto done = service::as_it_is(*change);
    return show(*asked, change, service::represent(snapshot, asked->on.who, *change, done));
}

reply begin_round(const shared_request& asked, int round)
{
    return prepare_on_snapshot(
        {.on = asked->on,
         .states = 2,
         .load = [asked](store::transaction& snapshot) { return load(*asked, snapshot); },
         .prepare = [asked, round](
                        store::transaction& snapshot, resources::row found
                    ) { return prepare(asked, std::move(found), snapshot, round); }}
    );
}

}  // namespace

shared_request share(change_request asked)
{
    asked.charged = asked.on.work.here();
    return std::make_shared<const change_request>(std::move(asked));
}

reply change_in_two_parts(const shared_request& asked)
{
    return begin_round(asked, 1);
}

reply change_here(const shared_request& asked, store::transaction& tx)
{
    if (auto good = judge_again(asked->on, tx); !good)
        return scim_error(asked->on, good.error());
    auto found = load(*asked, tx);
    if (!found)
        return scim_error(asked->on, found.error());
    auto prepared = asked->prepare(tx, std::move(*found));
    if (!prepared)
        return scim_error(asked->on, prepared.error());
    const auto change = std::make_shared<const service::prepared_change>(std::move(*prepared));
    return apply(asked, change, tx).value();
}

bool answers_without_body(const call& on, const scim::projection& shown)
{
    if (on.head.method != "PATCH" || on.who.patch_status != 204)
        return false;
    auto asked = shown;
    asked.written.clear();
    return asked.is_default();
}

reply read_whole(
    const house& home,
    const call& on,
    int status,
    service::target what,
    std::function<http::response()> otherwise
)
{
    return work{
        store::intent::scan,
        [&home, &on, status, what = std::move(what)](store::transaction& tx) -> reply {
            long_text body(home.long_replies, on.who.organization.value);
            auto found = service::get_whole(tx, on.who, what, body);
            if (!found)
                return scim_error(on, found.error());
            if (auto same = what.conditions.check_match(found->version); !same)
                return scim_error(on, same.error());
            return long_scim_resource(on, status, std::move(*found), std::move(body));
        },
        std::move(otherwise)
    };
}

}  // namespace scimd::api
