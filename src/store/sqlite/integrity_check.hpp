// What has to hold in a store, whatever happened to it.
#pragma once

#include "store/engine/sql.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scimd::store {

// PRAGMA integrity_check and foreign_key_check, then our own invariants: the numbers of a directory's events
// are dense, and every kept count is what counting gives. One line a finding, `findings_max` at most.
inline constexpr std::size_t findings_max = 100;

std::vector<std::string> find_violations(sql::connection& database);

// The file's own structure alone, the first finding: empty when it is whole. About a second for 100,000
// users; quick_check takes half of that and misses what is wrong with an index.
std::string damage(sql::connection& database);

}  // namespace scimd::store
