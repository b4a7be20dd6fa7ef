// What `backup` and `restore` do beside the store: the master keys that a backup needs are checked, copied
// out and put back.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/log.hpp"
#include "options/configuration.hpp"

namespace scimd::cli {

// With --key-to: before the backup is made. invalid_value: the keys are configured, so that their file is the
// operator's own; conflict: the file exists.
result<void> check_key_target(const options::configuration& settings, const options::command& what);

// With --key-to: copies master.key there, once it is seen to hold the keys that `made`, the answer to a
// backup, names. Adds the file to the answer.
result<json::object> copy_keys_of_backup(
    const options::configuration& settings, const options::command& what, json::object made, logger& log
);

// Puts a backup in the place of the database of the data folder, which no server may use.
result<json::object> restore_backup(
    const options::configuration& settings, const options::command& what, logger& log
);

}  // namespace scimd::cli
