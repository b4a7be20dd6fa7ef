// Schema migrations: forward only, one transaction each.
#pragma once

#include "base/clock.hpp"
#include "base/embedded.hpp"
#include "base/error.hpp"
#include "store/sqlite/sqlite.hpp"

#include <span>

namespace scimd::store {

// Applies the files NNNN_name.sql, numbered from 1 without gaps, that the table `migrations` does not list;
// returns how many. Fails with unavailable when an applied file has changed since (by its SHA-256), or when
// the database has a migration that is not among the files. Scripts have no begin or commit.
result<int> migrate(sqlite::connection& database, std::span<const embedded_file> files, time_point now);

}  // namespace scimd::store
