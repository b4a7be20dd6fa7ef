// Part of a work that can be undone alone.
#pragma once

#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

#include <functional>

namespace scimd::store {

// Runs `part`; with verdict::rollback nothing that it has written stays, while the rest of the work goes on.
// An exception undoes the whole work. Parts may hold parts.
void attempt(transaction& tx, const std::function<verdict()>& part);

}  // namespace scimd::store
