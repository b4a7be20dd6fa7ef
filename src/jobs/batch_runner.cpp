#include "jobs/batch_runner.hpp"

#include <chrono>

namespace scimd::jobs {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds turn_max{250};  // of one job, until the others have had theirs

}  // namespace

void run_in_batches(store::database& database, const std::function<bool(store::transaction&)>& piece)
{
    const auto until = steady::now() + turn_max;
    bool has_more = true;
    while (has_more && steady::now() < until) {
        store::run(database, store::intent::write, [&](store::transaction& tx) {
            has_more = piece(tx);
            return store::verdict::commit;
        });
    }
}

bool has_work(store::database& database, const std::function<bool(store::transaction&)>& asks)
{
    bool is_so = false;
    store::run(database, store::intent::read, [&](store::transaction& tx) {
        is_so = asks(tx);
        return store::verdict::commit;
    });
    return is_so;
}

}  // namespace scimd::jobs
