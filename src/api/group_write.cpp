#include "api/group_write.hpp"

#include "api/change_request.hpp"
#include "api/render.hpp"
#include "base/work_budget.hpp"
#include "service/membership.hpp"
#include "service/membership_events.hpp"
#include "service/membership_jobs.hpp"
#include "service/quotas.hpp"
#include "service/representation.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace scimd::api {
namespace {

namespace jobs = service::membership_jobs;
namespace resources = store::resources;

// Plans that something overtook; then the writer makes one itself.
constexpr int plans_max = 4;

struct plan {
    std::optional<std::int64_t> version{};  // of the group that it was made for; empty: it holds for any
    service::membership_plan members{};
    std::vector<std::string> parts{};  // of one that is too large for a transaction, in place of the members
    std::size_t added = 0;
    std::size_t removed = 0;
    int number = 1;
};

std::optional<resource_id> number_of(const service::target& what)
{
    const auto number = parse_prefixed(what.id, what.type->id_prefix);
    return number ? std::optional(resource_id{*number}) : std::nullopt;
}

std::int64_t version_of(store::transaction& tx, const call& on, resource_id group)
{
    const auto row = resources::find(tx, on.who.directory, "Group", group);
    return row ? row->version : 0;
}

class planned_write : public std::enable_shared_from_this<planned_write> {
public:
    planned_write(const house& home, call& on, std::shared_ptr<const group_write> wanted)
        : home_(home), on_(on), wanted_(std::move(wanted)), group_(number_of(wanted_->what))
    {
    }

    reply begin(int number)
    {
        return work{store::intent::scan, [self = shared_from_this(), number](store::transaction& tx) {
                        return self->make_plan(tx, number);
                    }};
    }

private:
    reply make_plan(store::transaction& tx, int number)
    {
        auto made = plan_for(tx, number);
        if (!made)
            return scim_error(on_, made.error());
        on_.held_bytes = 0;
        for (const auto& part : made->parts)
            on_.held_bytes += part.size();
        return write(std::make_shared<const plan>(std::move(*made)));
    }

    [[nodiscard]] result<plan> plan_for(store::transaction& tx, int number) const
    {
        plan made;
        made.number = number;
        // What names its members means them whatever else the group has.
        if (group_ && jobs::reach_of(wanted_->members).is_of_all)
            made.version = version_of(tx, on_, *group_);
        auto members = service::plan_members(tx, on_.who, group_, wanted_->members);
        if (!members)
            return members.error();
        made.added = members->added.size();
        made.removed = members->removed.size();
        if (members->size() > jobs::members_at_once_max)
            made.parts = jobs::parts_of(*members);
        else
            made.members = std::move(*members);
        return made;
    }

    reply write(std::shared_ptr<const plan> made)
    {
        auto run = [self = shared_from_this(), made](store::transaction& tx) {
            return self->write(tx, made);
        };
        return write_behind_jobs(home_, on_, wanted_->what, std::move(run));
    }

    reply write(store::transaction& tx, const std::shared_ptr<const plan>& made)
    {
        if (auto good = judge_again(on_, tx); !good)
            return scim_error(on_, good.error());
        const bool is_overtaken = made->version && version_of(tx, on_, *group_) != *made->version;
        if (!is_overtaken)
            return write(tx, *made);
        if (made->number < plans_max)
            return begin(made->number + 1);
        try {
            const auto own = plan_for(tx, made->number);
            return own ? write(tx, *own) : scim_error(on_, own.error());
        } catch (const stage_limit_exceeded&) {
            return changed_too_often(on_);
        }
    }

    reply write(store::transaction& tx, const plan& made)
    {
        const auto before = group_ ? version_of(tx, on_, *group_) : 0;
        const service::quota_guard quota(tx, on_.who);
        if (auto admitted = quota.admit_members(made.added, made.removed); !admitted)
            return scim_error(on_, admitted.error());
        auto outcome = wanted_->rest(tx);
        if (!outcome)
            return scim_error(on_, outcome.error());
        if (const auto* refusal = std::get_if<service::refused>(&*outcome))
            return recorded_refusal{scim_error(on_, refusal->reason)};
        auto& shown = std::get<service::representation>(*outcome);
        const auto group = group_.value_or(shown.id);
        if (made.parts.empty())
            return write_difference(tx, made, {group, before}, std::move(shown));
        jobs::begin_change(tx, on_.who, group, made.parts);
        note_members(group);
        return finish_jobs(
            home_,
            on_,
            group,
            [self = shared_from_this(), group, shown = std::move(shown)](store::transaction& last) {
                return self->answer(last, group, shown);
            }
        );
    }

    struct written_group {
        resource_id id;
        std::int64_t version_before;  // 0: there was none
    };

    reply write_difference(
        store::transaction& tx, const plan& made, const written_group& of, service::representation shown
    )
    {
        const auto group = of.id;
        const auto change = service::apply_plan(tx, on_.who, group, made.members);
        if (!change)
            return scim_error(on_, change.error());
        if (!change->is_empty()) {
            // One version a request.
            if (of.version_before != 0 && version_of(tx, on_, group) == of.version_before)
                resources::raise_version(tx, on_.who.directory, "Group", group);
            const auto name = resources::name_of_group(tx, on_.who.directory, group);
            service::publish_membership(tx, on_.who, {group, name}, *change);
            note_members(group);
        }
        return answer(tx, group, std::move(shown));
    }

    // For the directory's log.
    void note_members(resource_id group) const
    {
        if (on_.who.trace && group_)
            on_.who.trace->add(
                {.action = "updated",
                 .id = service::id_text(*wanted_->what.type, group),
                 .attributes = {"members"}}
            );
    }

    reply answer(store::transaction& tx, resource_id group, service::representation shown)
    {
        shown.version = version_of(tx, on_, group);
        const bool is_long =
            resources::count_members(tx, on_.who.directory, group) > service::members_inline_max;
        const bool is_patch = on_.head.method == "PATCH";
        if (is_patch && is_long && wanted_->what.wanted.is_default())
            return scim_version(204, shown);
        auto what = wanted_->what;
        what.id = service::id_text(*what.type, group);
        what.conditions = {};
        auto done = [&on = on_, status = wanted_->status, shown = std::move(shown)] {
            return scim_resource(on, status, shown);
        };
        return wanted_->show(std::move(what), std::move(done));
    }

    const house& home_;
    call& on_;
    const std::shared_ptr<const group_write> wanted_;
    const std::optional<resource_id> group_;  // empty: still to be created
};

}  // namespace

reply write_group(const house& home, call& on, std::shared_ptr<const group_write> wanted)
{
    const auto reached = jobs::reach_of(wanted->members);
    const auto group = number_of(wanted->what);
    const auto planned = [&home, &on, wanted] {
        return std::make_shared<planned_write>(home, on, wanted)->begin(1);
    };
    const auto whole = [&home, &on, wanted] {
        return write_behind_jobs(home, on, wanted->what, wanted->whole);
    };
    if (reached.named > jobs::members_at_once_max)
        return planned();
    if (!reached.is_of_all || !group)
        return whole();
    return work{store::intent::read, [&on, group = *group, planned, whole](store::transaction& tx) -> reply {
                    const auto total = resources::count_members(tx, on.who.directory, group);
                    return std::cmp_greater(total, jobs::members_at_once_max) ? planned() : whole();
                }};
}

reply finish_jobs(
    const house& home, const call& on, resource_id which, std::function<reply(store::transaction&)> run
)
{
    return work{
        store::intent::write,
        [&home, &on, which, run = std::move(run)](store::transaction& tx) -> reply {
            if (jobs::go_on(tx, home.schemas, on.who.directory, which))
                return finish_jobs(home, on, which, run);
            return run(tx);
        }
    };
}

reply write_behind_jobs(
    const house& home,
    const call& on,
    const service::target& what,
    std::function<reply(store::transaction&)> run
)
{
    // What has no number is not there, which `run` says.
    return finish_jobs(home, on, number_of(what).value_or(resource_id{}), std::move(run));
}

}  // namespace scimd::api
