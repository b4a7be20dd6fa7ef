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

namespace scimd::jobs {
namespace {

constexpr std::chrono::milliseconds directory_removal_interval{500};
constexpr std::chrono::milliseconds recount_interval{200};
constexpr std::chrono::milliseconds telling_interval{200};
constexpr std::chrono::milliseconds membership_interval{500};
constexpr std::chrono::seconds request_patience{2
};  // the request that made a job has so long to do it itself
constexpr std::chrono::milliseconds review_interval{500};
constexpr std::chrono::milliseconds review_turn_max{250};  // until the other jobs have had theirs
constexpr std::chrono::minutes warning_interval{10};
constexpr std::size_t warnings_batch_max = 100;

}  // namespace

directory_jobs::directory_jobs(
    store::database& database, const scim::catalogue_set& schemas, environment_id environment
)
    : database_(database), schemas_(schemas), system_(service::system_source(environment))
{
}

void directory_jobs::add_jobs(scheduler& scheduler)
{
    scheduler.add({"directory_removals", directory_removal_interval, [this] {
                       const auto is_wanted = [](store::transaction& tx) {
                           return store::directories::next_removal(tx).has_value();
                       };
                       if (!has_work(database_, is_wanted))
                           return;
                       run_in_batches(database_, [this](store::transaction& tx) {
                           const auto next = store::directories::next_removal(tx);
                           if (next)
                               service::directories::remove_some(tx, schemas_, *next);
                           return next.has_value();
                       });
                   }});
    scheduler.add({"role_recounts", recount_interval, [this] { recompute_roles(); }});
    scheduler.add({"untold_groups", telling_interval, [this] { publish_pending_groups(); }});
    scheduler.add({"membership_jobs", membership_interval, [this] { finish_memberships(); }});
    scheduler.add({"domain_reviews", review_interval, [this] { review_domains(); }});
    scheduler.add(
        {"token_warnings",
         warning_interval,
         [this] {
             run_in_batches(database_, [this](store::transaction& tx) {
                 return service::secrets::warn_of_expiry(tx, system_, warnings_batch_max) > 0;
             });
         },
         true}
    );
}

// Directory after directory, a batch of each at a time, so that none waits for a large one.
void directory_jobs::recompute_roles()
{
    const auto is_wanted = [](store::transaction& tx) { return store::roles::next_recount(tx).has_value(); };
    if (!has_work(database_, is_wanted))
        return;
    run_in_batches(database_, [this](store::transaction& tx) {
        auto next = store::roles::next_recount(tx, last_recounted_);
        if (!next)
            next = store::roles::next_recount(tx);
        if (!next)
            return false;
        service::roles::recount_some(tx, schemas_, *next);
        last_recounted_ = next->directory;
        return true;
    });
}

// The same with what users have not been told of their groups.
void directory_jobs::publish_pending_groups()
{
    const auto is_wanted = [](store::transaction& tx) {
        return service::next_to_publish(tx, {}).has_value();
    };
    if (!has_work(database_, is_wanted))
        return;
    run_in_batches(database_, [this](store::transaction& tx) {
        const auto next = service::next_to_publish(tx, last_published_);
        if (!next)
            return false;
        service::publish_pending(tx, schemas_, *next);
        last_published_ = *next;
        return true;
    });
}

// What requests have not finished, because the process ended or they take long.
void directory_jobs::finish_memberships()
{
    namespace jobs = service::membership_jobs;
    namespace rows = store::membership_jobs;
    const auto is_wanted = [](store::transaction& tx) {
        return rows::next(tx, tx.now() - request_patience).has_value() ||
               rows::next_abandoned(tx, tx.now() - jobs::abandoned_after).has_value();
    };
    if (!has_work(database_, is_wanted))
        return;
    run_in_batches(database_, [this](store::transaction& tx) {
        return jobs::run_oldest_step(tx, schemas_, tx.now() - request_patience) ||
               jobs::discard_abandoned_parts(tx);
    });
}

// Users are looked over in reads, so that the writer has only what is to be noted.
void directory_jobs::review_domains()
{
    const auto until = std::chrono::steady_clock::now() + review_turn_max;
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
