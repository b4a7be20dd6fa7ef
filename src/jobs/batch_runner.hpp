// Runs background jobs over the store in batches: each batch is a transaction, and requests come in between.
// Blocks the thread of the scheduler; throws what the store throws.
#pragma once

#include "jobs/scheduler.hpp"
#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <functional>
#include <string_view>

namespace scimd::jobs {

// Does one batch, or asks a question; returns whether there is more to do.
using transaction_step = std::function<bool(store::transaction&)>;

// Asks in a read, which needs no turn of the writer.
bool has_work(store::database& database, const transaction_step& ask);

// Repeats the batch as long as there is more to do, for a quarter of a second at most: other jobs wait.
void run_in_batches(store::database& database, const transaction_step& batch);

struct batch_job {
    std::string_view name;  // a static text
    std::chrono::milliseconds every;
    transaction_step has_work;  // asked before each run
    transaction_step batch;
    bool is_by_time = false;  // as of scheduler::job
};

// The database outlives the scheduler.
void add_batch_job(scheduler& scheduler, store::database& database, batch_job job);

}  // namespace scimd::jobs
