#include "jobs/batch_runner.hpp"

#include <utility>

namespace scimd::jobs {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds run_time_max{250};

}  // namespace

bool has_work(store::database& database, const transaction_step& ask) {
    bool has = false;
    store::run(database, store::intent::read, [&](store::transaction& tx) {
        has = ask(tx);
        return store::verdict::commit;
    });
    return has;
}

void run_in_batches(store::database& database, const transaction_step& batch) {
    const auto until = steady::now() + run_time_max;
    bool has_more = true;
    while (has_more && steady::now() < until) {
        store::run(database, store::intent::write, [&](store::transaction& tx) {
            has_more = batch(tx);
            return store::verdict::commit;
        });
    }
}

void add_batch_job(scheduler& scheduler, store::database& database, batch_job job) {
    const auto run = [&database, ask = std::move(job.has_work), batch = std::move(job.batch)] {
        if (has_work(database, ask))
            run_in_batches(database, batch);
    };
    scheduler.add({job.name, job.every, run, job.is_by_time});
}

}  // namespace scimd::jobs
