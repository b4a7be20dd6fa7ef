// The newest time that a server has known: what the machine's clock is compared with at the next start.
#pragma once

#include "base/clock.hpp"
#include "store/engine/transaction.hpp"

#include <optional>

namespace scimd::store {

std::optional<time_point> stored_time(transaction& tx);  // empty: no server has run yet

// The transaction's own time; also when it is before the stored one, because a wrong clock was set right.
void store_time(transaction& tx);

}  // namespace scimd::store
