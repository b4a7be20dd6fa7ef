#include "app/directory_care.hpp"

#include "service/directories.hpp"
#include "service/secrets.hpp"

#include <chrono>

namespace scimd::app {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds removal_interval{500};
constexpr std::chrono::minutes warning_interval{10};
constexpr std::chrono::milliseconds turn_max{250};  // of one job, until the others have had theirs
constexpr std::size_t warnings_batch_max = 100;

bool has_removal(store::database& database)
{
    bool is_found = false;
    store::run(database, store::intent::read, [&](store::transaction& tx) {
        is_found = store::directories::next_removal(tx).has_value();
        return store::verdict::commit;
    });
    return is_found;
}

}  // namespace

directory_care::directory_care(
    store::database& database, const scim::catalogue_set& schemas, environment_id environment
)
    : database_(database), schemas_(schemas), system_{environment, "system", {"system", {}, {}}, {}}
{
}

void directory_care::add_jobs(background& to)
{
    to.add({"directory_removals", removal_interval, [this] {
                if (!has_removal(database_))
                    return;
                repeat([this](store::transaction& tx) {
                    const auto next = store::directories::next_removal(tx);
                    if (next)
                        service::directories::remove_some(tx, schemas_, *next);
                    return next.has_value();
                });
            }});
    to.add({"token_warnings", warning_interval, [this] {
                repeat([this](store::transaction& tx) {
                    return service::secrets::warn_of_expiry(tx, system_, warnings_batch_max) > 0;
                });
            }});
}

void directory_care::repeat(const std::function<bool(store::transaction&)>& piece)
{
    const auto until = steady::now() + turn_max;
    bool has_more = true;
    while (has_more && steady::now() < until) {
        store::run(database_, store::intent::write, [&](store::transaction& tx) {
            has_more = piece(tx);
            return store::verdict::commit;
        });
    }
}

}  // namespace scimd::app
