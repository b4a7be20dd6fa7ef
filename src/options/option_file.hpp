// Limits of the files that options name. They are read whole, so they have to be regular files: a device has
// no end, and reading a pipe may block for ever.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace scimd::options {

constexpr std::size_t configuration_file_bytes_max = 1024 * 1024;
constexpr std::size_t key_file_bytes_max = 64 * 1024;
constexpr std::size_t certificate_file_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t list_file_bytes_max = 16 * 1024 * 1024;

// Empty when the file may be read, and when there is none: the reader of the file reports that.
std::string why_not_readable(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace scimd::options
