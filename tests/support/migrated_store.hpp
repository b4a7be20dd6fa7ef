// The database file that a test starts with. The build makes it once, since the migrations take longer than
// most tests. Opening it checks the migrations as usual: that all are applied and none has changed.
#pragma once

#include <filesystem>

namespace scimd::test {

// Copies the database to `file`, whose folder exists.
void put_migrated_store(const std::filesystem::path& file);

}  // namespace scimd::test
