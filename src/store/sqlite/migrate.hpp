// Brings a database's schema up to date: forward only, one transaction a migration.
#pragma once

#include "base/clock.hpp"
#include "base/embedded.hpp"
#include "base/error.hpp"
#include "store/sqlite/sqlite.hpp"

#include <span>

namespace scimd::store {

// Applies the files NNNN_name.sql, numbered from 1 without a gap, that table `migrations` does not hold yet;
// returns how many. Refused (unavailable) when an applied file has changed since, or when the database holds
// a migration that is not among the files. A script has no begin or commit of its own.
result<int> migrate(sqlite::connection& database, std::span<const embedded_file> files, time_point now);

}  // namespace scimd::store
