// The parts of `backup` and `restore` that the server cannot do: they check the master keys that a backup
// needs, copy them out (--key-to) and put them back (--key-from). One thread.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/log.hpp"
#include "options/arguments.hpp"

#include <string>

namespace scimd::cli {

// Called before the backup is made; an empty file is --key-to not given. invalid_value: the keys are
// configured and therefore in a file of the operator's own. conflict: the file exists.
result<void> check_key_target(const options::configuration& settings, const std::string& key_file);

// Copies master.key to the file (empty: --key-to not given) after it has checked that it has the keys that
// `answer`, the server's answer to the backup, names. Adds the file to the answer.
result<json::object> copy_keys_of_backup(const options::configuration& settings, const std::string& key_file,
        json::object answer, logger& log);

// Puts a backup in the place of the data folder's database. No server may be using it.
result<json::object> restore_backup(const options::invocation& called, logger& log);

}  // namespace scimd::cli
