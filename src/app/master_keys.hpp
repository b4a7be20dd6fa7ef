// Where the vault's master keys come from: a file that is named, the variable SCIMD_MASTER_KEY, or master.key
// in the data folder, which is made at the first start.
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

// `used` are the ids of the keys that something in the store is sealed with: each must be among the keys.
// unavailable, with what to do about it: it is not, or the keys cannot be read. The data folder exists and is
// this process's.
result<std::vector<master_key>> load_master_keys(
    const options::configuration& settings,
    const std::vector<std::string>& used,
    random_source& random,
    logger& log
);

// The keys of a file. unavailable: it cannot be read, or holds none.
result<std::vector<master_key>> read_master_keys(const std::filesystem::path& file, logger& log);

// Whether the keys are in the data folder, so that it is us who replace them.
bool owns_master_key(const options::configuration& settings);

std::filesystem::path own_master_key_file(const options::configuration& settings);

// Replaces the file whole: after a power cut it holds the old keys or the new ones. Throws std::system_error.
void write_master_keys(const std::filesystem::path& file, const std::vector<master_key>& keys);

}  // namespace scimd::app
