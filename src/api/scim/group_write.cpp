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

// Attempts to plan on a snapshot; after the last one the writer makes the plan itself.
constexpr int plans_max = 4;

// The difference between the current and the requested members of a group.
struct plan {
    std::optional<std::int64_t> version{};  // the version of the group that the plan is valid for; empty: any
    service::membership_plan members{};
    std::vector<std::string> parts{};  // instead of `members`, when they are too many for one transaction
    std::size_t added = 0;
    std::size_t removed = 0;
    int attempt = 1;

    [[nodiscard]] std::size_t held_bytes() const {
        auto bytes = members.size() * service::planned_member_bytes;
        for (const auto& text : members.displays)
            bytes += text.size();
        for (const auto& part : parts)
            bytes += part.size();
        return bytes;
    }
};
using shared_plan = std::shared_ptr<const plan>;

std::optional<resource_id> id_of(const service::target& target) {
    const auto number = parse_prefixed(target.id, target.type->id_prefix);
    return number ? std::optional(resource_id{*number}) : std::nullopt;
}

std::int64_t version_of(store::transaction& tx, const request_context& request, resource_id group) {
    const auto row = resources::find(tx, request.caller.directory, "Group", group);
    return row ? row->version : 0;
}

// The memory that planning takes: for the members that may change, and for the body with two lists of the
// members that it names.
std::size_t memory_for(const request_context& request, const jobs::reach& reached, std::int64_t members) {
    constexpr std::size_t body_copies = 8;
    const auto changed = reached.named + (reached.is_of_all ? static_cast<std::size_t>(members) : 0);
    return changed * service::planned_member_bytes + request.body_bytes * body_copies;
}

// The sequence of transaction steps that plans and writes a group_write. Kept alive by the steps themselves;
// the server and the request outlive it. One thread at a time.
class planned_write : public std::enable_shared_from_this<planned_write> {
public:
    planned_write(
            const server_context& server, request_context& request, std::shared_ptr<const group_write> wanted)
            : server_(server),
              request_(request),
              wanted_(std::move(wanted)),
              group_(id_of(wanted_->target)),
              charged_(request.budget.here()) {}

    // Starts an attempt. An unfinished job of the group is finished first, since it would make the plan
    // invalid; nothing is kept in memory meanwhile.
    reply begin(int attempt) {
        if (!group_)
            return plan_in_memory(attempt, 0);
        return transaction_step{
                store::intent::read, [self = shared_from_this(), attempt](
                                             store::transaction& tx) { return self->begin(tx, attempt); }};
    }

private:
    reply begin(store::transaction& tx, int attempt) {
        if (!jobs::has_job(tx, request_.caller.directory, *group_))
            return plan_in_memory(attempt, resources::count_members(tx, request_.caller.directory, *group_));
        auto again = [self = shared_from_this(), attempt](
                             store::transaction&) { return self->begin(attempt); };
        return write_behind_jobs(server_, request_, wanted_->target, std::move(again));
    }

    reply plan_in_memory(int attempt, std::int64_t members) {
        return memory_request{memory_for(request_, jobs::reach_of(wanted_->members), members),
                [self = shared_from_this(), attempt] {
                    return transaction_step{store::intent::scan,
                            [self, attempt](store::transaction& tx) { return self->make_plan(tx, attempt); }};
                }};
    }

    reply make_plan(store::transaction& tx, int attempt) {
        if (group_ && attempt < plans_max && jobs::has_job(tx, request_.caller.directory, *group_))
            return begin(attempt + 1);
        auto made = plan_for(tx, attempt);
        if (!made)
            return scim_error(request_, made.error());
        request_.prepared_bytes = made->held_bytes();
        const auto shared = std::make_shared<const plan>(std::move(*made));
        return shared->parts.size() > jobs::parts_at_once_max ? write_parts(shared, 0, 0) : write(shared, 0);
    }

    [[nodiscard]] result<plan> plan_for(store::transaction& tx, int attempt) const {
        plan made;
        made.attempt = attempt;
        // Only a request that replaces or removes all members depends on the version of the group.
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

    // Stores the parts in batches, and then writes the change itself. `job` is the number of the membership
    // job, here and below; 0: no part has been stored yet.
    reply write_parts(const shared_plan& made, std::size_t stored, std::int64_t job) {
        return transaction_step{store::intent::write,
                [self = shared_from_this(), made, stored, job](store::transaction& tx) -> reply {
                    if (auto admitted = self->admit(tx, *made); !admitted)
                        return self->discard(job, scim_error(self->request_, admitted.error()));
                    const auto rest = std::span(made->parts).subspan(stored);
                    const auto batch = rest.first(std::min(rest.size(), jobs::parts_at_once_max));
                    const auto number = jobs::write_parts(tx, job, stored, batch);
                    if (batch.size() < rest.size())
                        return self->write_parts(made, stored + batch.size(), number);
                    return self->write(made, number);
                }};
    }

    [[nodiscard]] result<void> admit(store::transaction& tx, const plan& made) const {
        if (auto checked = recheck(request_, tx); !checked)
            return checked;
        const service::quota_guard quota(tx, request_.caller);
        return quota.admit_members(made.added, made.removed);
    }

    // Deletes the stored parts of the job, and calls `then`.
    reply discard(std::int64_t job, std::function<reply()> then) {
        if (job == 0)
            return then();
        return transaction_step{store::intent::write,
                [self = shared_from_this(), job, then = std::move(then)](store::transaction& tx) -> reply {
                    return jobs::discard_parts(tx, job) ? self->discard(job, then) : then();
                }};
    }
    reply discard(std::int64_t job, http::response refusal) {
        const auto shared = std::make_shared<const http::response>(std::move(refusal));
        return discard(job, [shared]() -> reply {
            return http::response{shared->status, shared->headers, shared->body};
        });
    }

    reply write(shared_plan made, std::int64_t job) {
        auto run = [self = shared_from_this(), made, job](
                           store::transaction& tx) { return self->write(tx, *made, job); };
        return write_behind_jobs(server_, request_, wanted_->target, std::move(run));
    }

    reply write(store::transaction& tx, const plan& made, std::int64_t job) {
        if (is_stale(tx, made, job))
            return replan(tx, made.attempt, job);
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

    [[nodiscard]] bool is_stale(store::transaction& tx, const plan& made, std::int64_t job) const {
        if (made.version && version_of(tx, request_, *group_) != *made.version)
            return true;
        return job != 0 && jobs::count_parts(tx, job) != made.parts.size();
    }

    reply replan(store::transaction& tx, int attempt, std::int64_t job) {
        record_conflict(server_, request_, charged_);
        if (attempt < plans_max)
            return discard(job, [self = shared_from_this(), attempt] { return self->begin(attempt + 1); });
        if (job == 0)
            return plan_in_writer(tx);
        return discard(job, [self = shared_from_this()] {
            auto here = [self](store::transaction& later) { return self->plan_in_writer(later); };
            return write_behind_jobs(self->server_, self->request_, self->wanted_->target, std::move(here));
        });
    }

    // Plans and writes in one transaction of the writer, where no other change can come in between.
    reply plan_in_writer(store::transaction& tx) {
        return prepare_in_writer(request_, [&]() -> reply {
            const auto made = plan_for(tx, plans_max);
            if (!made)
                return scim_error(request_, made.error());
            const bool is_large = made->parts.size() > jobs::parts_at_once_max;
            return is_large ? changed_too_often(request_) : write_now(tx, *made, 0);
        });
    }

    reply write_now(store::transaction& tx, const plan& made, std::int64_t job) {
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
        return finish_jobs(server_, request_, group,
                [self = shared_from_this(), group, shown = std::move(shown)](
                        store::transaction& last) { return self->answer(last, group, shown); });
    }

    struct written_group {
        resource_id id;
        std::int64_t version_before;  // 0: the group was created
    };

    reply write_difference(store::transaction& tx, const plan& made, const written_group& target,
            service::representation shown) {
        const auto group = target.id;
        const auto change = service::apply_plan(tx, request_.caller, group, made.members);
        if (!change)
            return scim_error(request_, change.error());
        if (!change->is_empty()) {
            // A request raises the version once.
            if (target.version_before != 0 && version_of(tx, request_, group) == target.version_before)
                resources::raise_version(tx, request_.caller.directory, "Group", group);
            const auto name = resources::name_of_group(tx, request_.caller.directory, group);
            service::publish_membership(tx, request_.caller, {group, name}, *change);
            record_members(group);
        }
        return answer(tx, group, std::move(shown));
    }

    // Records the change of the members in the request log of the directory.
    void record_members(resource_id group) const {
        if (request_.caller.trace && group_)
            request_.caller.trace->add({.action = "updated",
                    .id = service::id_text(*wanted_->target.type, group),
                    .attributes = {"members"}});
    }

    reply answer(store::transaction& tx, resource_id group, service::representation shown) {
        shown.version = version_of(tx, request_, group);
        const bool is_long =
                resources::count_members(tx, request_.caller.directory, group) > service::members_inline_max;
        const bool is_patch = request_.http.method == "PATCH";
        const bool is_hidden = is_patch && is_long && wanted_->target.wanted.is_default();
        if (is_hidden || answers_without_body(request_, wanted_->target.wanted))
            return scim_version(204, shown);
        auto target = wanted_->target;
        target.id = service::id_text(*target.type, group);
        target.conditions = {};
        auto done = [&request = request_, status = wanted_->status, shown = std::move(shown)] {
            return scim_resource(request, status, shown);
        };
        return wanted_->show(std::move(target), std::move(done));
    }

    const server_context& server_;
    request_context& request_;
    const std::shared_ptr<const group_write> wanted_;
    const std::optional<resource_id> group_;  // empty: the group has not been created yet
    const work_budget::mark charged_;         // computation before the first plan
};

}  // namespace

reply write_group(
        const server_context& server, request_context& request, std::shared_ptr<const group_write> wanted) {
    const auto reached = jobs::reach_of(wanted->members);
    const auto group = id_of(wanted->target);
    const auto planned = [&server, &request, wanted] {
        return std::make_shared<planned_write>(server, request, wanted)->begin(1);
    };
    const auto whole = [&server, &request, wanted] {
        return write_behind_jobs(server, request, wanted->target, wanted->whole);
    };
    if (reached.named > jobs::members_at_once_max)
        return planned();
    if (!reached.is_of_all || !group)
        return whole();
    // Members that an unfinished job will add are not counted yet.
    return transaction_step{
            store::intent::read, [&request, group = *group, planned, whole](store::transaction& tx) -> reply {
                const auto total = resources::count_members(tx, request.caller.directory, group);
                const bool has_many = std::cmp_greater(total, jobs::members_at_once_max);
                return has_many || jobs::has_job(tx, request.caller.directory, group) ? planned() : whole();
            }};
}

reply finish_jobs(const server_context& server, const request_context& request, resource_id resource,
        std::function<reply(store::transaction&)> run) {
    return transaction_step{store::intent::write,
            [&server, &request, resource, run = std::move(run)](store::transaction& tx) -> reply {
                if (jobs::run_next_step(tx, server.schemas, request.caller.directory, resource))
                    return finish_jobs(server, request, resource, run);
                return run(tx);
            }};
}

reply write_behind_jobs(const server_context& server, const request_context& request,
        const service::target& target, std::function<reply(store::transaction&)> run) {
    // An id that is not valid belongs to no resource: `run` reports that.
    return finish_jobs(server, request, id_of(target).value_or(resource_id{}), std::move(run));
}

}  // namespace scimd::api
