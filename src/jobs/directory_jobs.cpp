#include "jobs/directory_jobs.hpp"

#include "jobs/batch_runner.hpp"
#include "service/auth/secrets.hpp"
#include "service/domains/domain_review.hpp"
#include "service/groups/membership_events.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/management/directories.hpp"
#include "service/management/roles.hpp"
#include "store/membership_jobs.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace scimd::jobs {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds directory_removal_interval{500};
constexpr milliseconds role_interval{200};
constexpr milliseconds group_event_interval{200};
constexpr milliseconds membership_interval{500};
constexpr milliseconds review_interval{500};
constexpr milliseconds review_time_max{250};  // of one run, while other jobs wait
constexpr std::chrono::minutes warning_interval{10};
constexpr std::size_t warnings_batch_max = 100;

// The request that made a membership job finishes it within this time; the background job does afterwards.
constexpr std::chrono::seconds request_time_max{2};

bool has_directory_removal(store::transaction& tx) {
    return store::directories::next_removal(tx).has_value();
}

bool has_role_change(store::transaction& tx) {
    return store::roles::next_recount(tx).has_value();
}

bool has_group_events(store::transaction& tx) {
    return service::next_to_publish(tx, {}).has_value();
}

// Jobs whose request has ended before them, and prepared parts that no request took up.
bool has_memberships(store::transaction& tx) {
    namespace rows = store::membership_jobs;
    return rows::next(tx, tx.now() - request_time_max).has_value() ||
           rows::next_abandoned(tx, tx.now() - service::membership_jobs::abandoned_after).has_value();
}

}  // namespace

directory_jobs::directory_jobs(
        store::database& database, const scim::catalogue_set& schemas, environment_id environment)
        : database_(database), schemas_(schemas), system_(service::system_source(environment)) {}

void directory_jobs::add_jobs(scheduler& scheduler) {
    const auto add = [&](batch_job job) { add_batch_job(scheduler, database_, std::move(job)); };
    add({"directory_removals", directory_removal_interval, has_directory_removal,
            [this](auto& tx) { return remove_some(tx); }});
    add({"role_recounts", role_interval, has_role_change, [this](auto& tx) { return recompute_roles(tx); }});
    add({"untold_groups", group_event_interval, has_group_events,
            [this](auto& tx) { return publish_group_events(tx); }});
    add({"membership_jobs", membership_interval, has_memberships,
            [this](auto& tx) { return finish_memberships(tx); }});
    scheduler.add({"domain_reviews", review_interval, [this] { review_domains(); }});
    const auto warn = [this](store::transaction& tx) {
        return service::secrets::warn_of_expiry(tx, system_, warnings_batch_max) > 0;
    };
    scheduler.add(
            {"token_warnings", warning_interval, [this, warn] { run_in_batches(database_, warn); }, true});
}

bool directory_jobs::remove_some(store::transaction& tx) {
    const auto next = store::directories::next_removal(tx);
    if (next)
        service::directories::remove_some(tx, schemas_, *next);
    return next.has_value();
}

// One batch of each directory in turn, so that none waits for a large one.
bool directory_jobs::recompute_roles(store::transaction& tx) {
    auto next = store::roles::next_recount(tx, last_recomputed_);
    if (!next)
        next = store::roles::next_recount(tx);
    if (!next)
        return false;
    service::roles::recount_some(tx, schemas_, *next);
    last_recomputed_ = next->directory;
    return true;
}

// Publishes what the events of users have not said of their groups yet; one batch of each directory in turn.
bool directory_jobs::publish_group_events(store::transaction& tx) {
    const auto next = service::next_to_publish(tx, last_published_);
    if (!next)
        return false;
    service::publish_pending(tx, schemas_, *next);
    last_published_ = *next;
    return true;
}

bool directory_jobs::finish_memberships(store::transaction& tx) {
    namespace changes = service::membership_jobs;
    return changes::run_oldest_step(tx, schemas_, tx.now() - request_time_max) ||
           changes::discard_abandoned_parts(tx);
}

// Reads the users in scans, so that the writer is used only for the changes.
void directory_jobs::review_domains() {
    const auto until = std::chrono::steady_clock::now() + review_time_max;
    while (std::chrono::steady_clock::now() < until) {
        std::optional<service::review_step> step;
        store::run(database_, store::intent::scan, [&](store::transaction& tx) {
            step = service::find_review_step(tx, system_.environment, schemas_);
            return store::verdict::commit;
        });
        if (!step)
            return;
        store::run(database_, store::intent::write, [&](store::transaction& tx) {
            service::apply_review_step(tx, system_.environment, schemas_, *step);
            return store::verdict::commit;
        });
    }
}

}  // namespace scimd::jobs
