// Puts a backup in the place of a store's database, while no process uses the folder.
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
    std::filesystem::path folder;  // made with mode 0700 when missing
    bool is_replacing = false;  // the database that is there is set aside; else a folder with one is refused
};

struct restored {
    std::vector<std::string> key_ids;                // of the master keys that its secrets are sealed with
    std::optional<std::filesystem::path> set_aside;  // a folder with the files that were there before
};

// Refuses before anything is changed: an empty result is good.
using key_check = std::function<std::optional<error>(const std::vector<std::string>& key_ids)>;

// The backup is copied, and the copy checked, before it gets the database's name; what was there before, a
// write-ahead log without its database included, is kept in a folder of its own. Refused: conflict when a
// process uses the folder or it has a database; invalid_value when the file is no backup, is damaged or was
// made by a newer version. Throws std::system_error and sql::failure.
result<restored> restore(const restore_request& what, const key_check& check);

}  // namespace scimd::store
