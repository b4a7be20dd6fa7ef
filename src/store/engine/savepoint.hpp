// Savepoints: a part of a transaction that can be rolled back alone.
#pragma once

#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

#include <functional>

namespace scimd::store {

// Runs `part`; with verdict::rollback its changes are undone, and the transaction goes on. An exception rolls
// back the whole transaction. Parts may nest.
void attempt(transaction& tx, const std::function<verdict()>& part);

}  // namespace scimd::store
