// Restores a backup as the database of a data directory that no process uses.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scimd::store {

struct restore_request {
    std::filesystem::path backup;
    std::filesystem::path folder;  // created with mode 0700 if missing
    bool is_replacing = false;     // sets an existing database aside; otherwise it is an error
};

struct restored {
    std::vector<std::string> key_ids;                // of the master keys that encrypt its secrets
    std::optional<std::filesystem::path> set_aside;  // the folder with the previous files
};

// Called before anything is changed; returns an error to stop the restore.
using key_check = std::function<std::optional<error>(const std::vector<std::string>& key_ids)>;

// Copies the backup and checks the copy before it gets the name of the database; the previous files,
// including a write-ahead log without its database, are moved to a folder of their own. Fails with conflict
// when a process uses the folder or it has a database; with invalid_value when the file is not a backup, is
// damaged or was made by a newer version. Throws std::system_error and sql::failure.
result<restored> restore(const restore_request& what, const key_check& check);

}  // namespace scimd::store
