// A consistent copy of a database while it is being written to.
//
// The copy is made on the writer's connection, some pages between two groups: SQLite carries what that
// connection writes meanwhile over into the copy, whereas a commit of another connection would restart it. So
// the copy has the state of its last moment, and no reader blocks the write-ahead log.
#pragma once

#include "store/engine/writer.hpp"

#include <atomic>
#include <filesystem>

namespace scimd::store {

// Copies to `target`, a new file of mode 0600. Blocks. Throws sql::failure when the target exists or the copy
// is damaged, and sql::busy once the flag is set; then the partial copy is removed.
void back_up(writer& source, const std::filesystem::path& target, const std::atomic<bool>* is_cancelled);

// Throws sql::failure when the file is not an intact database, and sql::busy once the flag is set. After it
// the database needs no other file beside it.
void verify_copy(const std::filesystem::path& file, const std::atomic<bool>* is_cancelled);

}  // namespace scimd::store
