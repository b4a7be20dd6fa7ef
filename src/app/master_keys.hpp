// Loads the vault's master keys: from the file of --master-key-file, the variable SCIMD_MASTER_KEY, or
// master.key in the data folder, which is made at the first start.
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/vault.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "options/configuration.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scimd::app {

// `used` are the ids of the keys that secrets in the store are encrypted with. unavailable, with the remedy,
// when one of them is missing or the keys cannot be read. The data folder exists and is locked by this
// process.
result<std::vector<master_key>> load_master_keys(const options::configuration& settings,
        const std::vector<std::string>& used, random_source& random, logger& log);

// Reads the keys of a file. unavailable: it cannot be read, or has none.
result<std::vector<master_key>> read_master_keys(const std::filesystem::path& file, logger& log);

// Whether the keys are in master.key of the data folder, which the server itself replaces.
bool owns_master_key(const options::configuration& settings);

std::filesystem::path own_master_key_file(const options::configuration& settings);

// Replaces the file atomically: after a power failure it has the old keys or the new ones. Throws
// std::system_error.
void write_master_keys(const std::filesystem::path& file, const std::vector<master_key>& keys);

}  // namespace scimd::app
