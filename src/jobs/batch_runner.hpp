// A job's turn at the store: transaction after transaction, so that requests get theirs in between.
#pragma once

#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

#include <functional>

namespace scimd::jobs {

// Runs `piece` in a transaction of its own as long as it says that there is more, for a bounded time. Blocks;
// throws what the store throws.
void run_in_batches(store::database& database, const std::function<bool(store::transaction&)>& piece);

// Whether `asks` says so, in a read: what a job looks at before it takes a turn of the writer.
bool has_work(store::database& database, const std::function<bool(store::transaction&)>& asks);

}  // namespace scimd::jobs
