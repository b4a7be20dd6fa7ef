// Files that options name: read whole, so they have to be regular and not too large. A device would be read
// for ever, a pipe waited for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace scimd::options {

constexpr std::size_t configuration_file_bytes_max = 1024 * 1024;
constexpr std::size_t key_file_bytes_max = 64 * 1024;
constexpr std::size_t certificate_file_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t list_file_bytes_max = 16 * 1024 * 1024;

// Empty when the file may be read; also when there is none, which is for the reader to say.
std::string why_not_readable(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace scimd::options
