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

using std::chrono::milliseconds;

constexpr milliseconds domain_check_interval{1'000};
constexpr milliseconds release_interval{500};
constexpr milliseconds organization_removal_interval{500};

bool has_release(store::transaction& tx) {
    return store::held_users::next_release(tx).has_value();
}

bool has_organization_removal(store::transaction& tx) {
    return store::tenants::next_to_remove(tx).has_value();
}

}  // namespace

organization_jobs::organization_jobs(store::database& database, const scim::catalogue_set& schemas,
        const service::domains::domain_policy_config& policy, service::txt_look_up look_up,
        environment_id environment, logger& log)
        : database_(database),
          schemas_(schemas),
          environment_(environment),
          domain_checks_(database, policy, std::move(look_up), environment, log) {}

void organization_jobs::add_jobs(scheduler& scheduler) {
    scheduler.add({"domain_checks", domain_check_interval, [this] { domain_checks_.ask_about_due(); }, true});
    const auto release = [this](store::transaction& tx) {
        return service::release_held_users(tx, environment_, schemas_);
    };
    add_batch_job(scheduler, database_, {"held_users", release_interval, has_release, release});
    const auto remove = [this](store::transaction& tx) {
        return service::organizations::remove_some(tx, environment_);
    };
    add_batch_job(scheduler, database_,
            {"organization_removals", organization_removal_interval, has_organization_removal, remove});
}

}  // namespace scimd::jobs
