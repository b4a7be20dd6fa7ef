#include "service/scim/bulk.hpp"

#include "scim/messages/bulk_reference.hpp"
#include "scim/patch/request_body.hpp"
#include "scim/projection.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/scim/etag.hpp"
#include "service/scim/provisioning.hpp"
#include "store/engine/savepoint.hpp"
#include "store/membership_jobs.hpp"
#include "store/resources.hpp"

#include <functional>
#include <set>
#include <string_view>
#include <utility>

namespace scimd::service {
namespace {

result<bulk_body> read_data(
        json::object data, const scim::bulk_demand& wanted, scim::conformance_mode mode, work_budget& work) {
    const auto& type = *wanted.type;
    if (wanted.method == scim::bulk_method::remove)
        return bulk_body();
    if (wanted.method == scim::bulk_method::patch) {
        auto change = scim::read_patch(std::move(data), type, mode, work);
        if (!change)
            return change.error();
        return bulk_body(std::move(*change));
    }
    auto body = scim::read_resource(std::move(data), type, mode, work);
    if (!body)
        return body.error();
    return bulk_body(std::move(*body));
}

int success_status(scim::bulk_method method) {
    switch (method) {
        case scim::bulk_method::post:
            return 201;
        case scim::bulk_method::remove:
            return 204;
        case scim::bulk_method::put:
        case scim::bulk_method::patch:
            break;
    }
    return 200;
}

// The outcome of one operation: a resource (none when it was removed), or the reason of the failure.
struct outcome {
    representation made;
    std::optional<error> failure;
    bool is_recorded = false;  // a refusal by the domain gate, whose record is committed
};

outcome failed(error reason) {
    return {.made = {}, .failure = std::move(reason)};
}

outcome outcome_of(result<provisioned> done) {
    if (!done)
        return failed(done.error());
    if (auto* refusal = std::get_if<refused>(&*done))
        return {.made = {}, .failure = std::move(refusal->reason), .is_recorded = true};
    return {.made = std::get<representation>(std::move(*done)), .failure = std::nullopt};
}

store::verdict verdict_of(const outcome& done) {
    return done.failure && !done.is_recorded ? store::verdict::rollback : store::verdict::commit;
}

// The response of a successful operation has no body: RFC 7644 §3.7 leaves that to the server.
scim::projection empty_projection() {
    scim::projection shown;
    shown.is_nothing = true;
    return shown;
}

std::string id_in(const representation& made) {
    return made.location.substr(made.location.rfind('/') + 1);
}

// One batch of a bulk request, in one transaction.
class bulk_batch {
public:
    bulk_batch(store::transaction& tx, const caller& caller, const bulk_job& job, bulk_progress& progress)
            : tx_(tx), caller_(caller), job_(job), progress_(progress) {}

    void run() {
        std::size_t operations = 0;
        do {
            const auto& unit = job_.units[progress_.next_unit++];
            if (unit.is_circle)
                run_circle(unit.operations);
            else
                run_one(unit.operations.front());
            operations += unit.operations.size();
        } while (!progress_.is_done(job_) && has_time_left(operations));
    }

private:
    [[nodiscard]] bool has_time_left(std::size_t operations) const {
        if (tx_.do_others_wait())
            return operations < bulk_batch_operations_shared_max && tx_.age() < bulk_batch_time_shared_max;
        return operations < bulk_batch_operations_max && tx_.age() < bulk_batch_time_max;
    }

    // Why a circle is rolled back.
    struct broken_circle {
        std::size_t index;  // of the operation that failed
        outcome done;
    };

    [[nodiscard]] const scim::bulk_demand& demand(std::size_t index) const {
        return *job_.request.operations[index].wanted;
    }

    [[nodiscard]] std::optional<std::string> id_of(const std::string& bulk_id) const {
        const auto found = progress_.ids.find(bulk_id);
        return found == progress_.ids.end() ? std::nullopt : std::optional(found->second);
    }

    [[nodiscard]] result<bulk_body> read_resolved(const scim::bulk_demand& wanted) const {
        const auto lookup = [this](const std::string& bulk_id) { return id_of(bulk_id); };
        caller_.work->charge(steps_of(wanted.data));
        return read_data(scim::resolve_references(wanted, lookup), wanted, job_.mode, *caller_.work);
    }

    // Replaces "bulkId:x" by the id of that resource, if it has been created.
    [[nodiscard]] std::string resolved_id(const std::string& id) const {
        const auto reference = scim::reference_in_id(id);
        return reference.empty() ? id : id_of(std::string(reference)).value_or(id);
    }

    // An error when the operation refers to a resource that has not been created, unless it is part of
    // `circle`.
    [[nodiscard]] std::optional<error> missing_reference(
            const scim::bulk_demand& wanted, const std::set<std::string_view>& circle = {}) const {
        for (const auto& reference : wanted.references)
            if (!progress_.ids.contains(reference) && !circle.contains(reference))
                return error{errc::conflict,
                        "The resource with the bulkId \"" + reference + "\" was not created."};
        return std::nullopt;
    }

    // Runs `step` in a savepoint. A rollback removes its entries in the request log, too.
    void attempt(const std::function<store::verdict()>& step) {
        const auto mark = caller_.trace ? caller_.trace->here() : request_trace::mark();
        auto verdict = store::verdict::commit;
        store::attempt(tx_, [&] { return verdict = step(); });
        if (caller_.trace && verdict == store::verdict::rollback)
            caller_.trace->rewind(mark);
    }

    void run_one(std::size_t index) {
        outcome done;
        attempt([&] {
            done = within_budget([&] { return perform(index); });
            return verdict_of(done);
        });
        record_outcome(index, done);
    }

    // Runs `step` and turns an exceeded work budget into a failure.
    template <class Step>
    outcome within_budget(Step step) {
        try {
            if (!is_in_circle_)  // the operations of a circle share one stage of the budget
                caller_.work->restart_stage();
            caller_.work->check();
            return step();
        } catch (const work_limit_exceeded& reason) {
            return failed({errc::too_large, reason.what()});
        }
    }

    outcome perform(std::size_t index) {
        const auto& wanted = job_.request.operations[index].wanted;
        if (!wanted)
            return failed(wanted.error());
        if (auto missing = missing_reference(*wanted))
            return failed(std::move(*missing));
        if (wanted->references.empty())
            return perform(*wanted, job_.bodies[index]);
        return perform(*wanted, read_resolved(*wanted));
    }

    outcome perform(const scim::bulk_demand& wanted, const result<bulk_body>& body) {
        if (!body)
            return failed(body.error());
        const auto& type = *wanted.type;
        if (auto allowed = check_memberships(wanted, *body); !allowed)
            return failed(allowed.error());
        if (wanted.method == scim::bulk_method::post)
            return outcome_of(
                    create(tx_, caller_, type, std::get<scim::parsed_body>(*body), empty_projection()));
        target resource{&type, resolved_id(wanted.id), {}, empty_projection()};
        if (!wanted.version.empty()) {
            auto tags = entity_tags::parse(wanted.version);
            if (!tags)
                return failed({errc::invalid_value, "version is no entity tag, as in W/\"1\"."});
            resource.conditions.if_match = std::move(*tags);
        }
        if (wanted.method == scim::bulk_method::put)
            return outcome_of(replace(tx_, caller_, resource, std::get<scim::parsed_body>(*body)));
        if (wanted.method == scim::bulk_method::patch)
            return outcome_of(patch(tx_, caller_, resource, std::get<scim::patch>(*body)));
        // A removal that is too large for one transaction continues in the background.
        const auto is_large = membership_jobs::begin_removal(tx_, caller_, resource);
        if (!is_large)
            return failed(is_large.error());
        if (*is_large)
            return {};
        if (auto removed = remove(tx_, caller_, resource); !removed)
            return failed(removed.error());
        return {};
    }

    // Rejects changes of memberships that would have to be split over several transactions.
    [[nodiscard]] result<void> check_memberships(const scim::bulk_demand& wanted, const bulk_body& body) {
        membership_jobs::reach reach;
        if (const auto* change = std::get_if<scim::patch>(&body))
            reach = membership_jobs::reach_of(change->members);
        else if (const auto* sent = std::get_if<scim::parsed_body>(&body))
            reach = {sent->members.size(), sent->names_members};
        named_in_circle_ += reach.named;
        if (reach.named > bulk_members_max || (is_in_circle_ && named_in_circle_ > bulk_members_max))
            return error{errc::too_large, "An operation of a bulk request names at most " +
                                                  std::to_string(bulk_members_max) +
                                                  " members; send it alone."};
        const auto number = parse_prefixed(resolved_id(wanted.id), wanted.type->id_prefix);
        if (!number)
            return {};
        if (store::membership_jobs::of_resource(tx_, caller_.directory, {*number}))
            return error{errc::conflict, "The memberships of the resource are being changed; try again."};
        const auto total = store::resources::count_members(tx_, caller_.directory, {*number});
        if (reach.is_of_all && std::cmp_greater(total, bulk_members_max))
            return error{errc::too_large, "An operation of a bulk request looks at no group of more than " +
                                                  std::to_string(bulk_members_max) +
                                                  " members; send it alone."};
        return {};
    }

    // RFC 7644 §3.7.1: runs a circle of references atomically. When one operation fails, all do.
    void run_circle(const std::vector<std::size_t>& indexes) {
        if (indexes.size() > bulk_circle_max) {
            const error reason{errc::conflict, "More than " + std::to_string(bulk_circle_max) +
                                                       " operations refer to each other in a circle."};
            for (const auto index : indexes)
                record_outcome(index, failed(reason));
            return;
        }
        std::vector<outcome> done;
        std::optional<broken_circle> broken;
        caller_.work->restart_stage();
        is_in_circle_ = true;
        named_in_circle_ = 0;
        attempt([&] {
            broken = try_circle(indexes, done);
            return broken ? store::verdict::rollback : store::verdict::commit;
        });
        is_in_circle_ = false;
        if (broken)
            return fail_circle(indexes, *broken);
        for (std::size_t i = 0; i < indexes.size(); ++i)
            record_outcome(indexes[i], done[i]);
    }

    // Creates all resources without the references that do not resolve yet, then replaces them with these.
    std::optional<broken_circle> try_circle(
            const std::vector<std::size_t>& indexes, std::vector<outcome>& done) {
        std::set<std::string_view> circle;
        for (const auto index : indexes)
            circle.insert(bulk_id(index));
        for (const auto index : indexes) {
            if (auto missing = missing_reference(demand(index), circle))
                return broken_circle{index, failed(std::move(*missing))};
            auto created =
                    within_budget([&] { return perform(demand(index), read_resolved(demand(index))); });
            if (created.failure)
                return broken_circle{index, std::move(created)};
            progress_.ids[bulk_id(index)] = id_in(created.made);
        }
        for (const auto index : indexes) {
            done.push_back(within_budget([&] { return fill(index); }));
            if (done.back().failure)
                return broken_circle{index, std::move(done.back())};
        }
        return std::nullopt;
    }

    // The second pass: replaces the created resource by the requested one, all references resolved.
    outcome fill(std::size_t index) {
        const auto& type = *demand(index).type;
        const auto body = read_resolved(demand(index));
        if (!body)
            return failed(body.error());
        const target resource{&type, progress_.ids.at(bulk_id(index)), {}, empty_projection()};
        auto filled = outcome_of(replace(tx_, caller_, resource, std::get<scim::parsed_body>(*body)));
        if (filled.failure)
            return failed({errc::conflict,
                    "The circular references cannot be resolved: " + filled.failure->detail});
        return filled;
    }

    void fail_circle(const std::vector<std::size_t>& indexes, const broken_circle& broken) {
        for (const auto index : indexes)
            progress_.ids.erase(bulk_id(index));
        // The rollback removed the record of the refusal: run the operation again to write it.
        if (broken.done.is_recorded)
            attempt([&] {
                return verdict_of(within_budget(
                        [&] { return perform(demand(broken.index), read_resolved(demand(broken.index))); }));
            });
        const error consequence{errc::conflict, "It refers in a circle to the bulkId \"" +
                                                        bulk_id(broken.index) + "\", which was not created."};
        for (const auto index : indexes)
            record_outcome(index, index == broken.index ? broken.done : failed(consequence));
    }

    [[nodiscard]] const std::string& bulk_id(std::size_t index) const {
        return job_.request.operations[index].bulk_id;
    }

    void record_outcome(std::size_t index, const outcome& done) {
        const auto& operation = job_.request.operations[index];
        scim::bulk_result made{.method = operation.method,
                .bulk_id = operation.bulk_id,
                .location = done.made.location,
                .version = done.made.version > 0 ? etag(done.made.version) : "",
                .status = done.failure ? http_status(done.failure->code) : 0,
                .failure = done.failure};
        if (made.location.empty())
            made.location = location_of(operation);
        if (done.failure) {
            ++progress_.errors;
            record_refusal(operation, done);
        } else {
            made.status = success_status(operation.wanted->method);
        }
        if (!done.failure && operation.wanted->method == scim::bulk_method::post)
            progress_.ids[operation.bulk_id] = id_in(done.made);
        progress_.results[index] = std::move(made);
    }

    // Adds a failed change of a user to the list of refused users. A refusal by the domain gate is in it
    // already.
    void record_refusal(const scim::bulk_operation& operation, const outcome& done) {
        const auto status = http_status(done.failure->code);
        const bool is_fault = status == 400 || status == 409;
        if (!caller_.trace || done.is_recorded || !is_fault || !operation.wanted)
            return;
        const auto& wanted = *operation.wanted;
        if (wanted.type->name != "User" || wanted.method == scim::bulk_method::remove)
            return;
        const auto reason = scim_type(done.failure->code);
        caller_.trace->add(refusal_record{.user = person_in(wanted.data),
                .resource_id =
                        wanted.method == scim::bulk_method::post ? std::string() : resolved_id(wanted.id),
                .reason = reason.empty() ? "status_" + std::to_string(status) : std::string(reason),
                .detail = done.failure->detail});
    }

    // The location of a resource without representation; empty for one that was not created.
    [[nodiscard]] std::string location_of(const scim::bulk_operation& operation) const {
        if (operation.method == "POST" || !operation.path.starts_with('/'))
            return {};
        if (!operation.wanted)
            return caller_.base_url + operation.path;
        return caller_.base_url + operation.wanted->type->endpoint + '/' + resolved_id(operation.wanted->id);
    }

    store::transaction& tx_;
    const caller& caller_;
    const bulk_job& job_;
    bulk_progress& progress_;
    bool is_in_circle_ = false;
    std::size_t named_in_circle_ = 0;
};

}  // namespace

bulk_job prepare_bulk(scim::bulk_request request, scim::conformance_mode mode, work_budget& work) {
    bulk_job job{.request = std::move(request), .units = {}, .bodies = {}, .mode = mode};
    job.units = scim::plan_bulk(job.request);
    job.bodies.reserve(job.request.operations.size());
    for (const auto& operation : job.request.operations) {
        const bool is_ready = operation.wanted && operation.wanted->references.empty();
        job.bodies.push_back(
                is_ready ? read_data(operation.wanted->data, *operation.wanted, mode, work) : bulk_body());
    }
    return job;
}

bool bulk_progress::is_done(const bulk_job& job) const noexcept {
    const auto errors_max = job.request.errors_max;
    return next_unit == job.units.size() || (errors_max > 0 && errors >= errors_max);
}

void run_bulk(store::transaction& tx, const caller& caller, const bulk_job& job, bulk_progress& progress) {
    progress.results.resize(job.request.operations.size());
    bulk_batch(tx, caller, job, progress).run();
}

}  // namespace scimd::service
