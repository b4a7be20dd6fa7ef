#include "api/scim/group_write.hpp"

#include "api/render.hpp"
#include "api/scim/change_request.hpp"
#include "api/scim/preparation.hpp"
#include "base/work_budget.hpp"
#include "service/groups/membership.hpp"
#include "service/groups/membership_events.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/limits/quotas.hpp"
#include "service/scim/representation.hpp"
#include "store/engine/savepoint.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
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

    [[nodiscard]] std::size_t held_bytes() const
    {
        auto bytes = members.size() * service::planned_member_bytes;
        for (const auto& text : members.displays)
            bytes += text.size();
        for (const auto& part : parts)
            bytes += part.size();
        return bytes;
    }
};
using shared_plan = std::shared_ptr<const plan>;

std::optional<resource_id> number_of(const service::target& what)
{
    const auto number = parse_prefixed(what.id, what.type->id_prefix);
    return number ? std::optional(resource_id{*number}) : std::nullopt;
}

std::int64_t version_of(store::transaction& tx, const request_context& request, resource_id group)
{
    const auto row = resources::find(tx, request.caller.directory, "Group", group);
    return row ? row->version : 0;
}

// What planning takes: the members that may change, and those that the request names, of whom there are two
// lists of texts.
std::size_t memory_for(const request_context& request, const jobs::reach& reached, std::int64_t members)
{
    constexpr std::size_t body_copies = 8;
    const auto changed = reached.named + (reached.is_of_all ? static_cast<std::size_t>(members) : 0);
    return changed * service::planned_member_bytes + request.body_bytes * body_copies;
}

class planned_write : public std::enable_shared_from_this<planned_write> {
public:
    planned_write(
        const server_context& server, request_context& request, std::shared_ptr<const group_write> wanted
    )
        : server_(server),
          request_(request),
          wanted_(std::move(wanted)),
          group_(number_of(wanted_->what)),
          charged_(request.budget.here())
    {
    }

    // A plan for a group with an unfinished job would be overtaken by it, so that comes first. Nothing is in
    // memory meanwhile.
    reply begin(int number)
    {
        if (!group_)
            return plan_in_memory(number, 0);
        return transaction_step{
            store::intent::read,
            [self = shared_from_this(), number](store::transaction& tx) { return self->begin(tx, number); }
        };
    }

private:
    reply begin(store::transaction& tx, int number)
    {
        if (!jobs::has_job(tx, request_.caller.directory, *group_))
            return plan_in_memory(number, resources::count_members(tx, request_.caller.directory, *group_));
        auto again = [self = shared_from_this(), number](store::transaction&) { return self->begin(number); };
        return write_behind_jobs(server_, request_, wanted_->what, std::move(again));
    }

    reply plan_in_memory(int number, std::int64_t members)
    {
        return memory_request{
            memory_for(request_, jobs::reach_of(wanted_->members), members),
            [self = shared_from_this(), number] {
                return transaction_step{store::intent::scan, [self, number](store::transaction& tx) {
                                            return self->make_plan(tx, number);
                                        }};
            }
        };
    }

    reply make_plan(store::transaction& tx, int number)
    {
        if (group_ && number < plans_max && jobs::has_job(tx, request_.caller.directory, *group_))
            return begin(number + 1);
        auto made = plan_for(tx, number);
        if (!made)
            return scim_error(request_, made.error());
        request_.prepared_bytes = made->held_bytes();
        const auto shared = std::make_shared<const plan>(std::move(*made));
        return shared->parts.size() > jobs::parts_at_once_max ? write_parts(shared, 0, 0) : write(shared, 0);
    }

    [[nodiscard]] result<plan> plan_for(store::transaction& tx, int number) const
    {
        plan made;
        made.number = number;
        // What names its members means them whatever else the group has.
        if (group_ && jobs::reach_of(wanted_->members).is_of_all)
            made.version = version_of(tx, request_, *group_);
        auto members = service::plan_members(tx, request_.caller, group_, wanted_->members);
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

    // Some of the parts in each transaction, and then the change itself. `job` is their number, here and
    // below; 0: none has been written yet.
    reply write_parts(const shared_plan& made, std::size_t before, std::int64_t job)
    {
        return transaction_step{
            store::intent::write,
            [self = shared_from_this(), made, before, job](store::transaction& tx) -> reply {
                if (auto admitted = self->admit(tx, *made); !admitted)
                    return self->discard(job, scim_error(self->request_, admitted.error()));
                const auto rest = std::span(made->parts).subspan(before);
                const auto some = rest.first(std::min(rest.size(), jobs::parts_at_once_max));
                const auto number = jobs::write_parts(tx, job, before, some);
                if (some.size() < rest.size())
                    return self->write_parts(made, before + some.size(), number);
                return self->write(made, number);
            }
        };
    }

    [[nodiscard]] result<void> admit(store::transaction& tx, const plan& made) const
    {
        if (auto good = recheck(request_, tx); !good)
            return good;
        const service::quota_guard quota(tx, request_.caller);
        return quota.admit_members(made.added, made.removed);
    }

    // Parts that have been written before go, and then comes `then`.
    reply discard(std::int64_t job, std::function<reply()> then)
    {
        if (job == 0)
            return then();
        return transaction_step{
            store::intent::write,
            [self = shared_from_this(), job, then = std::move(then)](store::transaction& tx) -> reply {
                return jobs::discard_parts(tx, job) ? self->discard(job, then) : then();
            }
        };
    }
    reply discard(std::int64_t job, http::response refusal)
    {
        const auto shared = std::make_shared<const http::response>(std::move(refusal));
        return discard(job, [shared]() -> reply {
            return http::response{shared->status, shared->headers, shared->body};
        });
    }

    reply write(shared_plan made, std::int64_t job)
    {
        auto run = [self = shared_from_this(), made, job](store::transaction& tx) {
            return self->write(tx, *made, job);
        };
        return write_behind_jobs(server_, request_, wanted_->what, std::move(run));
    }

    reply write(store::transaction& tx, const plan& made, std::int64_t job)
    {
        if (is_overtaken(tx, made, job))
            return replan(tx, made.number, job);
        if (job == 0)
            return write_now(tx, made, 0);
        reply outcome;
        store::attempt(tx, [&] {
            outcome = write_now(tx, made, job);
            return verdict_of(outcome);
        });
        if (verdict_of(outcome) == store::verdict::commit)
            return outcome;
        return discard(job, std::get<http::response>(std::move(outcome)));
    }

    [[nodiscard]] bool is_overtaken(store::transaction& tx, const plan& made, std::int64_t job) const
    {
        if (made.version && version_of(tx, request_, *group_) != *made.version)
            return true;
        return job != 0 && jobs::count_parts(tx, job) != made.parts.size();
    }

    reply replan(store::transaction& tx, int number, std::int64_t job)
    {
        record_overtaken(server_, request_, charged_);
        if (number < plans_max)
            return discard(job, [self = shared_from_this(), number] { return self->begin(number + 1); });
        if (job == 0)
            return plan_here(tx);
        return discard(job, [self = shared_from_this()] {
            auto here = [self](store::transaction& later) { return self->plan_here(later); };
            return write_behind_jobs(self->server_, self->request_, self->wanted_->what, std::move(here));
        });
    }

    // In the writer, where nothing comes between.
    reply plan_here(store::transaction& tx)
    {
        return prepare_in_writer(request_, [&]() -> reply {
            const auto own = plan_for(tx, plans_max);
            if (!own)
                return scim_error(request_, own.error());
            const bool is_large = own->parts.size() > jobs::parts_at_once_max;
            return is_large ? changed_too_often(request_) : write_now(tx, *own, 0);
        });
    }

    reply write_now(store::transaction& tx, const plan& made, std::int64_t job)
    {
        if (auto admitted = admit(tx, made); !admitted)
            return scim_error(request_, admitted.error());
        const auto before = group_ ? version_of(tx, request_, *group_) : 0;
        auto outcome = wanted_->rest(tx);
        if (!outcome)
            return scim_error(request_, outcome.error());
        if (const auto* refusal = std::get_if<service::refused>(&*outcome))
            return committed_error{scim_error(request_, refusal->reason)};
        auto& shown = std::get<service::representation>(*outcome);
        const auto group = group_.value_or(shown.id);
        if (made.parts.empty())
            return write_difference(tx, made, {group, before}, std::move(shown));
        jobs::begin_change(tx, request_.caller, group, job, made.parts);
        record_members(group);
        return finish_jobs(
            server_,
            request_,
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
        const auto change = service::apply_plan(tx, request_.caller, group, made.members);
        if (!change)
            return scim_error(request_, change.error());
        if (!change->is_empty()) {
            // One version a request.
            if (of.version_before != 0 && version_of(tx, request_, group) == of.version_before)
                resources::raise_version(tx, request_.caller.directory, "Group", group);
            const auto name = resources::name_of_group(tx, request_.caller.directory, group);
            service::publish_membership(tx, request_.caller, {group, name}, *change);
            record_members(group);
        }
        return answer(tx, group, std::move(shown));
    }

    // For the directory's log.
    void record_members(resource_id group) const
    {
        if (request_.caller.trace && group_)
            request_.caller.trace->add(
                {.action = "updated",
                 .id = service::id_text(*wanted_->what.type, group),
                 .attributes = {"members"}}
            );
    }

    reply answer(store::transaction& tx, resource_id group, service::representation shown)
    {
        shown.version = version_of(tx, request_, group);
        const bool is_long =
            resources::count_members(tx, request_.caller.directory, group) > service::members_inline_max;
        const bool is_patch = request_.http.method == "PATCH";
        const bool is_unasked = is_patch && is_long && wanted_->what.wanted.is_default();
        if (is_unasked || answers_without_body(request_, wanted_->what.wanted))
            return scim_version(204, shown);
        auto what = wanted_->what;
        what.id = service::id_text(*what.type, group);
        what.conditions = {};
        auto done = [&request = request_, status = wanted_->status, shown = std::move(shown)] {
            return scim_resource(request, status, shown);
        };
        return wanted_->show(std::move(what), std::move(done));
    }

    const server_context& server_;
    request_context& request_;
    const std::shared_ptr<const group_write> wanted_;
    const std::optional<resource_id> group_;  // empty: still to be created
    const work_budget::mark charged_;         // before the first plan
};

}  // namespace

reply write_group(
    const server_context& server, request_context& request, std::shared_ptr<const group_write> wanted
)
{
    const auto reached = jobs::reach_of(wanted->members);
    const auto group = number_of(wanted->what);
    const auto planned = [&server, &request, wanted] {
        return std::make_shared<planned_write>(server, request, wanted)->begin(1);
    };
    const auto whole = [&server, &request, wanted] {
        return write_behind_jobs(server, request, wanted->what, wanted->whole);
    };
    if (reached.named > jobs::members_at_once_max)
        return planned();
    if (!reached.is_of_all || !group)
        return whole();
    // Those of an unfinished job are not counted yet.
    return transaction_step{
        store::intent::read,
        [&request, group = *group, planned, whole](store::transaction& tx) -> reply {
            const auto total = resources::count_members(tx, request.caller.directory, group);
            const bool has_many = std::cmp_greater(total, jobs::members_at_once_max);
            return has_many || jobs::has_job(tx, request.caller.directory, group) ? planned() : whole();
        }
    };
}

reply finish_jobs(
    const server_context& server,
    const request_context& request,
    resource_id which,
    std::function<reply(store::transaction&)> run
)
{
    return transaction_step{
        store::intent::write,
        [&server, &request, which, run = std::move(run)](store::transaction& tx) -> reply {
            if (jobs::run_next_step(tx, server.schemas, request.caller.directory, which))
                return finish_jobs(server, request, which, run);
            return run(tx);
        }
    };
}

reply write_behind_jobs(
    const server_context& server,
    const request_context& request,
    const service::target& what,
    std::function<reply(store::transaction&)> run
)
{
    // What has no number is not there, which `run` says.
    return finish_jobs(server, request, number_of(what).value_or(resource_id{}), std::move(run));
}

}  // namespace scimd::api
