// The time of the last run, with which the next start compares the system clock. Column stored_time of table
// environments. The check is in jobs/clock_monitor.hpp.
#pragma once

#include "base/clock.hpp"
#include "store/engine/transaction.hpp"

#include <optional>

namespace scimd::store {

std::optional<time_point> stored_time(transaction& tx);  // empty: no server has run yet

// Stores tx.now(), also when it is before the stored time, because a wrong clock may have been corrected.
void store_time(transaction& tx);

}  // namespace scimd::store
