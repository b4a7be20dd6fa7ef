// A consistent copy of a database that is being written to.
//
// It is made on the writer's connection, some pages between two groups: SQLite carries what that connection
// writes meanwhile over into the copy, whereas commits of any other would make it begin anew. So the copy is
// the state of its last moment, and no reader holds up the write-ahead log.
#pragma once

#include "store/engine/writer.hpp"

#include <atomic>
#include <filesystem>

namespace scimd::store {

// Copies to `target`, which is a file of mode 0600 then. Blocks. Throws sql::failure when the target exists
// or the copy is not sound, and sql::busy once the flag is set; what was written is removed then.
void back_up(writer& source, const std::filesystem::path& target, const std::atomic<bool>* is_cancelled);

// Throws sql::failure when the file is no sound database, and sql::busy once the flag is set. It then needs
// no other file beside it.
void verify_copy(const std::filesystem::path& file, const std::atomic<bool>* is_cancelled);

}  // namespace scimd::store
