#include "jobs/organization_jobs.hpp"

#include "jobs/batch_runner.hpp"
#include "service/domains/held_user_release.hpp"
#include "service/management/organizations.hpp"
#include "store/held_users.hpp"
#include "store/tenants.hpp"

#include <chrono>
#include <utility>

namespace scimd::jobs {
namespace {

constexpr std::chrono::milliseconds domain_watch_interval{1'000};
constexpr std::chrono::milliseconds release_interval{500};
constexpr std::chrono::milliseconds organization_removal_interval{500};

}  // namespace

organization_jobs::organization_jobs(
    store::database& database,
    const scim::catalogue_set& schemas,
    const service::domains::domain_policy_config& policy,
    service::txt_look_up look_up,
    environment_id environment,
    logger& log
)
    : database_(database),
      schemas_(schemas),
      environment_(environment),
      watch_(database, policy, std::move(look_up), environment, log)
{
}

void organization_jobs::add_jobs(scheduler& scheduler)
{
    scheduler.add({"domain_checks", domain_watch_interval, [this] { watch_.ask_about_due(); }, true});
    scheduler.add({"held_users", release_interval, [this] {
                       const auto is_wanted = [](store::transaction& tx) {
                           return store::held_users::next_release(tx).has_value();
                       };
                       if (!has_work(database_, is_wanted))
                           return;
                       run_in_batches(database_, [this](store::transaction& tx) {
                           return service::release_held_users(tx, environment_, schemas_);
                       });
                   }});
    scheduler.add({"organization_removals", organization_removal_interval, [this] {
                       const auto is_wanted = [](store::transaction& tx) {
                           return store::tenants::next_to_remove(tx).has_value();
                       };
                       if (!has_work(database_, is_wanted))
                           return;
                       run_in_batches(database_, [this](store::transaction& tx) {
                           return service::organizations::remove_some(tx, environment_);
                       });
                   }});
}

}  // namespace scimd::jobs
