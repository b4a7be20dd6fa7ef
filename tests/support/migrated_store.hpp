// The database that a test begins with: made once for all of them, for the migrations take longer than most
// tests. Whoever opens it looks as ever whether they are all there, and unchanged.
#pragma once

#include <filesystem>

namespace scimd::test {

// Puts it there; the folder exists.
void put_migrated_store(const std::filesystem::path& file);

}  // namespace scimd::test
